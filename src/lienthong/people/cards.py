"""Cards: applications, what is done to them step by step, and counts per commune.

An application's steps are append-only rows; its state is their fold, written in the step's transaction. First
form: no picture, no fingerprint and no chip is kept here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, F, Q

from lienthong.people.card_steps import (
    NEXT_STATES,
    STATE_NAMES,
    WAITING_STATES,
    CardKind,
    CardState,
    fold_steps,
    require_step,
)
from lienthong.people.card_text import CardText, Difference, compare_card
from lienthong.people.card_validity import find_birthday, find_due_day, find_expiry, get_validity_rule
from lienthong.people.days import find_moment, find_today
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.models import CardApplication, CardStep
from lienthong.people.persons import find_home, lock_person, make_card_record, require_alive, require_verified

if TYPE_CHECKING:
    from datetime import date

    from lienthong.people.models import Person
    from lienthong.people.registry import Registry

_LIVE_STATES = (CardState.DELIVERED, CardState.ACTIVE, CardState.LOST, CardState.EXPIRED)


@dataclass(frozen=True, slots=True)
class CardStepView:
    """One step, for a page."""

    state: CardState
    state_name: str
    done_on: date
    actor: str
    note: str


@dataclass(frozen=True, slots=True)
class CardView:
    """An application with its steps and what may come next, for a page."""

    application: int
    area_code: str
    number: str
    full_name: str
    kind: CardKind
    state: CardState
    state_name: str
    applied_on: date
    due_on: date
    is_late: bool
    expires_on: date | None
    steps: tuple[CardStepView, ...]
    next_states: tuple[CardState, ...]


@dataclass(frozen=True, slots=True)
class CardCounts:
    """One commune's applications of a span of days; no person is in it."""

    area_code: str
    applied: int
    issued: int
    waiting: int
    on_time: int
    late: int


def apply_for_card(registry: Registry, number: str, kind: CardKind, area_code: str, actor: str) -> int:
    """Take an application in; gives its number. One person has one open application at a time."""
    today = find_today(registry.clock)
    registry.require_area(area_code, today)
    due, _term = find_due_day(today)
    with transaction.atomic():
        person = lock_person(number)
        require_alive(person)
        replaces = _require_fitting(person, kind, today)
        application = CardApplication.objects.create(
            person=person,
            kind=kind.value,
            area_code=area_code,
            applied_on=today,
            due_on=due,
            state=CardState.APPLIED.value,
            state_on=today,
            replaces=replaces,
        )
        _append_step(registry, application, CardState.APPLIED, actor, "")
    return int(application.pk)


def take_card_step(registry: Registry, application: int, state: CardState, actor: str, note: str = "") -> CardState:
    """Do the next thing to an application; raises BAD_CARD_STEP for what the table does not allow now.

    The data check needs a verified identity; a card becomes active only while its person lives, and then ends
    the card that it replaces.
    """
    with transaction.atomic():
        card = _lock_card(application)
        require_step(CardState(card.state), state)
        if state is CardState.CHECKED:
            require_verified(card.person)
        if state in {CardState.APPROVED, CardState.ACTIVE}:
            require_alive(card.person)
        _append_step(registry, card, state, actor, note)
        old = card.replaces
        if state is CardState.ACTIVE and old is not None and old.state != CardState.REPLACED:
            _append_step(registry, _lock_card(old.pk), CardState.REPLACED, actor, f"application {application}")
    return state


def check_card_text(registry: Registry, card: CardText) -> tuple[Difference, ...]:
    """Compare the text of a card with the registry; raises UNKNOWN_PERSON when nobody has the number."""
    with transaction.atomic():
        person = lock_person(card.number)
        home = find_home(person)
        name = "" if home is None else registry.require_area(home.area_code, home.area_day)
        return compare_card(card, make_card_record(person, name))


def expire_cards(registry: Registry, actor: str) -> int:
    """Set to expired what is active past its day; gives how many. Running it twice changes nothing more."""
    today = find_today(registry.clock)
    due = CardApplication.objects.filter(state=CardState.ACTIVE.value, expires_on__lte=today)
    ended = 0
    for application in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            card = _lock_card(application)
            if card.state == CardState.ACTIVE:
                _append_step(registry, card, CardState.EXPIRED, actor, "")
                ended += 1
    return ended


def count_cards(today: date, first_day: date, area_code: str | None = None) -> list[CardCounts]:
    """Count the applications taken in from `first_day` until today, per commune, in the order of its code.

    Late is what was delivered after its due day, or is still waiting after it.
    """
    rows = CardApplication.objects.filter(applied_on__gte=first_day, applied_on__lte=today)
    if area_code is not None:
        rows = rows.filter(area_code=area_code)
    waiting = Q(state__in=[state.value for state in WAITING_STATES])
    counted = rows.values("area_code").annotate(
        applied=Count("pk"),
        issued=Count("pk", filter=Q(delivered_on__isnull=False)),
        waiting=Count("pk", filter=waiting),
        on_time=Count("pk", filter=Q(delivered_on__lte=F("due_on"))),
        late=Count("pk", filter=Q(delivered_on__gt=F("due_on")) | waiting & Q(due_on__lt=today)),
    )
    return [CardCounts(**row) for row in counted.order_by("area_code")]


def get_card(registry: Registry, application: int) -> CardView:
    """Get an application for a page; raises UNKNOWN_CARD."""
    card = CardApplication.objects.select_related("person").filter(pk=application).first()
    if card is None:
        raise _unknown_card(application)
    return _view(card, find_today(registry.clock))


def list_waiting_cards(registry: Registry, area_code: str, most: int) -> list[CardView]:
    """List a commune's waiting applications for the back office, the first due first."""
    states = [state.value for state in WAITING_STATES]
    rows = CardApplication.objects.select_related("person").filter(area_code=area_code, state__in=states)
    today = find_today(registry.clock)
    return [_view(card, today) for card in rows.prefetch_related("steps").order_by("due_on", "pk")[:most]]


def list_cards(registry: Registry, person: Person) -> list[CardView]:
    """List a person's applications, the newest first: for the person's own page."""
    rows = CardApplication.objects.select_related("person").filter(person=person).prefetch_related("steps")
    today = find_today(registry.clock)
    return [_view(card, today) for card in rows.order_by("-pk")]


def _require_fitting(person: Person, kind: CardKind, today: date) -> CardApplication | None:
    """Refuse a second open application, an age without cards, and a kind that the present card contradicts."""
    rule = get_validity_rule(today)
    if today < find_birthday(person.birth_date, rule.youngest):
        message = f"personal number {person.number}: {rule.document} gives cards from age {rule.youngest}"
        raise PeopleError(PeopleErrorKind.CONFLICT, message)
    cards = CardApplication.objects.filter(person=person)
    if cards.filter(state__in=[state.value for state in WAITING_STATES]).exists():
        message = f"personal number {person.number}: an application is open already"
        raise PeopleError(PeopleErrorKind.CONFLICT, message)
    present = cards.filter(state__in=[state.value for state in _LIVE_STATES]).order_by("-pk").first()
    if (present is None) is not (kind is CardKind.FIRST):
        has = (
            "has no card yet: apply for the first"
            if present is None
            else "has a card: apply for a renewal or replacement"
        )
        raise PeopleError(PeopleErrorKind.CONFLICT, f"personal number {person.number}: {has}")
    if kind is CardKind.REPLACEMENT and present is not None and present.state != CardState.LOST:
        message = f"personal number {person.number}: a replacement follows a lost card, and this one is {present.state}"
        raise PeopleError(PeopleErrorKind.CONFLICT, message)
    return present


def _lock_card(application: int) -> CardApplication:
    rows = CardApplication.objects.select_for_update(of=("self",)).select_related("person", "replaces")
    card = rows.filter(pk=application).first()
    if card is None:
        raise _unknown_card(application)
    return card


def _append_step(registry: Registry, card: CardApplication, state: CardState, actor: str, note: str) -> None:
    """Append a step and write the state that all steps fold to."""
    if not actor.strip():
        raise PeopleError(PeopleErrorKind.BAD_REQUEST, "actor: expected who does this step")
    today = find_today(registry.clock)
    done = [CardState(step) for step in card.steps.order_by("place").values_list("state", flat=True)]
    CardStep.objects.create(
        application=card,
        place=len(done) + 1,
        state=state.value,
        done_on=today,
        recorded_at=find_moment(registry.clock),
        actor=actor,
        note=note,
    )
    card.state = fold_steps([*done, state]).value
    card.state_on = today
    if state is CardState.PERSONALISED:
        card.issued_on = today
        card.expires_on = find_expiry(card.person.birth_date, today)
    if state is CardState.DELIVERED:
        card.delivered_on = today
    card.save(update_fields=["state", "state_on", "issued_on", "expires_on", "delivered_on"])


def _view(card: CardApplication, today: date) -> CardView:
    state = CardState(card.state)
    is_waiting = state in WAITING_STATES
    return CardView(
        application=int(card.pk),
        area_code=card.area_code,
        number=card.person.number,
        full_name=card.person.full_name,
        kind=CardKind(card.kind),
        state=state,
        state_name=STATE_NAMES[state],
        applied_on=card.applied_on,
        due_on=card.due_on,
        is_late=(today if is_waiting else card.delivered_on or today) > card.due_on and state is not CardState.REFUSED,
        expires_on=card.expires_on,
        steps=tuple(_view_step(step) for step in card.steps.all()),
        next_states=NEXT_STATES[state],
    )


def _view_step(step: CardStep) -> CardStepView:
    state = CardState(step.state)
    return CardStepView(state, STATE_NAMES[state], step.done_on, step.actor, step.note)


def _unknown_card(application: int) -> PeopleError:
    return PeopleError(PeopleErrorKind.UNKNOWN_CARD, f"card application {application}: there is none of this number")
