"""Posts and who holds them: dated, ended, never deleted; what an account may do follows from them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, transaction
from django.db.models import Q
from psycopg.types.range import DateRange

from lienthong.areas.store import find_unit, get_book
from lienthong.areas.units import Level as UnitLevel
from lienthong.identity.errors import IdentityError, IdentityErrorKind
from lienthong.identity.models import Account, Assignment, Post
from lienthong.identity.words import POST_ROLES, AccountKind
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from datetime import date, datetime

_AREA_CODE: Final = re.compile(r"[0-9]{5}")
_AGENCY_CODE: Final = re.compile(r"[A-Z][0-9]{2}(?:\.[0-9A-Z]{2,3}){0,4}")


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post to be made: agency, title, English title if any, what it may do, and for which commune if for one."""

    agency_code: str
    title: str
    title_en: str
    roles: tuple[Caller, ...]
    area_code: str = ""


def list_assignments(account: Account, day: date) -> list[Assignment]:
    """List the posts that an account holds on a day, with their posts loaded."""
    held = Assignment.objects.filter(account=account, valid__contains=day, post__valid__contains=day)
    return list(held.select_related("post").order_by("pk"))


def find_roles(account: Account, day: date) -> frozenset[Caller]:
    """Give all roles of the posts held on a day."""
    return frozenset(Caller(role) for held in list_assignments(account, day) for role in held.post.roles)


def make_post(new: NewPost, first_day: date, made_by: Account | None) -> Post:
    """Make a post that is there from a day on; raises BAD_POST."""
    if not _AGENCY_CODE.fullmatch(new.agency_code):
        raise _bad_post(f"agency {new.agency_code!r}: expected a code such as H49.01 or Z99.01")
    if not new.title.strip():
        raise _bad_post("title: expected what the post is called")
    if not new.roles or not set(new.roles) <= set(POST_ROLES):
        raise _bad_post(f"roles {sorted(new.roles)}: expected at least one of {', '.join(POST_ROLES)}")
    _require_commune(new.area_code, first_day)
    return Post.objects.create(
        agency_code=new.agency_code,
        area_code=new.area_code,
        title=new.title.strip(),
        title_en=new.title_en.strip(),
        roles=sorted(new.roles),
        valid=DateRange(first_day, None),
        made_by=made_by,
    )


def assign_post(account: Account, post: Post, first_day: date, given_by: Account | None, now: datetime) -> Assignment:
    """Give a post to a staff account from a day on; raises BAD_POST. Nobody gives a post to themselves."""
    if account.kind != AccountKind.STAFF:
        raise _bad_post(f"{account}: a post is held by a staff account, never by a person's own")
    if given_by is not None and given_by.pk == account.pk:
        raise IdentityError(
            IdentityErrorKind.NOT_ALLOWED, "nobody gives a post to themselves; ask another administrator"
        )
    if first_day < post.valid.lower or (post.valid.upper is not None and first_day >= post.valid.upper):
        raise _bad_post(
            f"first day {first_day}: the post is there from {post.valid.lower} until {post.valid.upper or 'now'}"
        )
    try:
        with transaction.atomic():
            return Assignment.objects.create(
                account=account, post=post, valid=DateRange(first_day, None), given_by=given_by, given_at=now
            )
    except IntegrityError as error:
        raise _bad_post(f"first day {first_day}: this account holds the post already") from error


def end_assignment(assignment: Assignment, last_day: date, ended_by: Account | None, now: datetime) -> None:
    """End an assignment after a day; it stays in the record. A last day before its first leaves it no day."""
    with transaction.atomic():
        locked = Assignment.objects.select_for_update().get(pk=assignment.pk)
        if locked.ended_at is not None:
            raise _bad_post("this assignment was ended before")
        upper = max(last_day + timedelta(days=1), locked.valid.lower)
        # One that never began holds on no day: an empty range.
        locked.valid = DateRange(locked.valid.lower, upper) if upper > locked.valid.lower else DateRange(empty=True)
        locked.ended_by, locked.ended_at = ended_by, now
        locked.save(update_fields=["valid", "ended_by", "ended_at"])


def end_post(post: Post, last_day: date, ended_by: Account, now: datetime) -> None:
    """End a post and whatever assignments to it are open, after a day; raises BAD_POST, and NOT_ALLOWED for one's own.

    Nobody ends a post that they hold: the last administrator would lock everybody out.
    """
    with transaction.atomic():
        locked = Post.objects.select_for_update().get(pk=post.pk)
        if locked.ended_at is not None or last_day < locked.valid.lower:
            raise _bad_post(f"end {last_day}: it was ended before, or begins later")
        held = list(Assignment.objects.filter(post=locked, ended_at=None))
        if any(each.account_id == ended_by.pk for each in held):
            message = "nobody ends a post that they hold; ask another administrator"
            raise IdentityError(IdentityErrorKind.NOT_ALLOWED, message)
        for each in held:
            end_assignment(each, last_day, ended_by, now)
        locked.valid = DateRange(locked.valid.lower, last_day + timedelta(days=1))
        locked.ended_by, locked.ended_at = ended_by, now
        locked.save(update_fields=["valid", "ended_by", "ended_at"])


def list_holders(post: Post) -> list[Account]:
    """List those whose assignment to a post was not ended: they lose it with the post."""
    return list(Account.objects.filter(assignments__post=post, assignments__ended_at=None).order_by("full_name", "pk"))


def list_ended_posts(most: int) -> list[Post]:
    """List the posts that were ended last, the newest first."""
    return list(
        Post.objects.filter(ended_at__isnull=False).select_related("made_by", "ended_by").order_by("-ended_at")[:most]
    )


def list_posts(day: date) -> list[Post]:
    """List the posts that are there on a day and were not ended, by agency: those that can be given."""
    there = Post.objects.filter(valid__contains=day, ended_at=None).select_related("made_by")
    return list(there.order_by("agency_code", "title", "pk"))


def list_staff(words: str) -> list[Account]:
    """List staff accounts whose name holds `words`, with their assignments loaded."""
    rows = Account.objects.filter(kind=AccountKind.STAFF)
    if words:
        rows = rows.filter(Q(full_name__icontains=words) | Q(username__icontains=words))
    return list(rows.prefetch_related("assignments__post").order_by("full_name", "username"))


def _require_commune(code: str, day: date) -> None:
    """Require the code to be a commune's on a day, as far as this site holds the units."""
    if not code:
        return
    unit = find_unit(code, day)
    is_other = get_book().units and (unit is None or unit.level != UnitLevel.COMMUNE)
    if not _AREA_CODE.fullmatch(code) or is_other:
        raise _bad_post(f"commune {code!r}: expected the code of a commune of {day}, such as 06673")


def _bad_post(message: str) -> IdentityError:
    return IdentityError(IdentityErrorKind.BAD_POST, f"post: {message}")
