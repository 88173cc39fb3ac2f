"""Why a request would be allowed or refused, line by line.

The request is made and read by the functions that gateways make and read theirs with, and decided on by the very
function that provide.py calls: an explanation can't say other than what happens. What is not known here is the count of
a rate, and whether the caller can prove that it is the client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lienthong.exchange.access import Moment, require_access, require_known_client
from lienthong.exchange.errors import ExchangeError, Side
from lienthong.exchange.message import prepare_request, read_request
from lienthong.exchange.metaservices import is_metaservice
from lienthong.kernel.ids import new_uuid4

if TYPE_CHECKING:
    from lienthong.directory.members import Directory
    from lienthong.exchange.access import Allowed, Grants
    from lienthong.exchange.headers import Header
    from lienthong.exchange.identifiers import MemberId
    from lienthong.exchange.message import IncomingRequest
    from lienthong.exchange.services import Services


class Question(NamedTuple):
    """A request that somebody could make; `service` is `SUBSYSTEM/SERVICE`, `path` raw and perhaps with a query."""

    client: str
    service: str
    method: str
    path: str
    headers: tuple[Header, ...] = ()


class Policies(NamedTuple):
    """What a gateway decides by, as it stands."""

    member: MemberId
    services: Services
    grants: Grants
    directory: Directory


class Line(NamedTuple):
    """One check: what was looked at, and whether it holds."""

    what: str
    holds: bool


class Explanation(NamedTuple):
    """All checks in their order, and the decision; `refusal` is None if the request would reach the service."""

    lines: tuple[Line, ...]
    refusal: ExchangeError | None
    allowed: Allowed | None

    @property
    def conclusion(self) -> str:
        """Say the decision in one sentence."""
        if self.refusal is not None:
            where = "at the consumer's own gateway, " if self.refusal.side is not Side.PROVIDER else ""
            return f"refused {where}{self.refusal.kind}: {self.refusal.message}"
        if self.allowed is None:
            return "allowed: the gateway answers this itself, to every subsystem"
        grant = self.allowed.grant
        fields = f", with the fields {', '.join(grant.fields.fields)} alone" if grant.fields is not None else ""
        rate = f", at most {grant.rate.text} (the running gateway counts)" if grant.rate is not None else ""
        return f"allowed by grant {grant.id}{fields}{rate}"


def explain(question: Question, policies: Policies, now_ms: int) -> Explanation:
    """Decide on a request as a gateway would, and tell of each check."""
    lines: list[Line] = []

    def trace(what: str, *, holds: bool) -> None:
        lines.append(Line(what, holds))

    try:
        request = _make(question, policies)
        trace(
            f"{question.method} {request.target.path.decode('latin-1') or '/'} is a request that gateways read",
            holds=True,
        )
        require_known_client(policies.directory, request)
        trace(f"the directory knows {request.client.text}", holds=True)
        if is_metaservice(policies.directory, request):
            return Explanation(tuple(lines), None, None)
        moment = Moment(policies.directory.members_of_group, now_ms, trace=trace)
        allowed = require_access(request, policies.services, policies.grants, moment)
    except ExchangeError as error:
        return Explanation(tuple(lines), error, None)
    return Explanation(tuple(lines), None, allowed)


def _make(question: Question, policies: Policies) -> IncomingRequest:
    """Make the request at the consumer's gateway, and read it at the provider's."""
    target = f"/r1/{policies.member.text}/{question.service}{question.path}".encode()
    headers = [(b"X-Road-Client", question.client.encode()), *question.headers]
    instance = policies.member.segments[0]
    outgoing = prepare_request(question.method.encode(), target, headers, new_uuid4(), instance)
    return read_request(outgoing.header_part)
