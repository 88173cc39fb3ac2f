from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from lienthong.directory.members import Gateway, LogKey
from lienthong.evidence.batch import Entry
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.export import export_exchange
from lienthong.evidence.home import EvidenceHome
from lienthong.evidence.index import IndexRow
from lienthong.evidence.package import ContentState, parse_package
from lienthong.evidence.statement import Refused, Request, Unknown, encode_statement
from lienthong.evidence.store import MessageRecord
from lienthong.evidence.tree import leaf_hash
from lienthong.evidence.verify import verify_package
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import make_signing_key
from tests.evidence.members import CLIENT, NOW, SERVICE, Home, Members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    """Members for tests that only add exchanges."""
    members = Members(tmp_path_factory.mktemp("members"))
    for _ in range(3):
        members.exchange()
    yield members
    members.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Members]:
    """Members for a test that spoils something."""
    members = Members(tmp_path)
    yield members
    members.close()


def export(home: Home, identifier: str) -> bytes:
    return export_exchange(EvidenceHome(home.folder), identifier)


def refusal(home: Home, identifier: str, kind: EvidenceErrorKind) -> str:
    with pytest.raises(EvidenceError) as caught:
        export(home, identifier)
    assert caught.value.kind is kind
    return caught.value.message


@pytest.mark.parametrize("side", ["consumer", "provider"])
@pytest.mark.parametrize(
    ("question", "answer"), [(b"", b""), (b"question", b"answer"), (b"q" * 200_000, b"a" * 99_999)]
)
def test_an_exchange_is_exported_by_either_side_and_verifies(
    members: Members, side: str, question: bytes, answer: bytes
) -> None:
    exchange = members.exchange(question, answer)
    members.exchange()
    home: Home = getattr(members, side)
    raw = export(home, exchange.id)
    verdict = verify_package(raw, members.root.verify_key)
    assert (verdict.exchange, verdict.keeper) == (exchange.id, home.origin)
    assert (verdict.consumer.id, verdict.consumer.member) == (CLIENT, "Xã Mẫu")
    assert (verdict.provider.id, verdict.provider.member) == (SERVICE, "Sở Mẫu")
    assert (verdict.method, verdict.target) == ("POST" if question else "GET", f"/r1/{SERVICE}/old/1?q=2")
    assert (verdict.outcome, verdict.status, verdict.code) == ("response", 200, None)
    assert (verdict.purpose, verdict.directory_version) == ("1.001193", 1)
    assert verdict.response_time == verdict.request_time + 40
    package = parse_package(raw)
    assert package.response is not None
    assert (package.request.body, package.response.body) == (question, answer)


def test_the_case_in_a_purpose_is_only_in_the_header_part(members: Members) -> None:
    exchange = members.exchange()
    package = parse_package(export(members.consumer, exchange.id))
    assert b"CASE-7" in (package.request.header or b"")
    assert b"CASE-7" not in package.request.statement
    received = package.response and package.response.received
    assert received
    assert b"CASE-7" not in received.statement


def test_each_side_proves_its_own_receipt_only(members: Members) -> None:
    exchange = members.exchange()
    asked, answered = (
        verify_package(export(home, exchange.id), members.root.verify_key)
        for home in (members.consumer, members.provider)
    )
    assert any("recorded the answer" in line for line in asked.proven)
    assert any("when the provider received" in line for line in asked.unproven)
    assert any("recorded the request" in line for line in answered.proven)
    assert any("that the consumer received the answer" in line for line in answered.unproven)


def test_the_same_exchange_is_exported_to_the_same_bytes(members: Members) -> None:
    exchange = members.exchange()
    assert export(members.consumer, exchange.id) == export(members.consumer, exchange.id)


def test_an_exchange_is_found_by_its_x_road_id(members: Members) -> None:
    exchange = members.exchange()
    assert export(members.provider, f"message-of-{exchange.id}") == export(members.provider, exchange.id)


def test_an_unknown_id_is_said_to_be_unknown(members: Members) -> None:
    members.exchange()
    assert "'nothing'" in refusal(members.consumer, "nothing", EvidenceErrorKind.NOT_FOUND)


def test_an_entry_that_is_not_published_yet_has_to_wait(fresh: Members) -> None:
    fresh.exchange()
    request = fresh.ask(b"new")
    assert isinstance(request.statement, Request)
    fresh.consumer.index.flush()
    message = refusal(fresh.consumer, request.statement.exchange, EvidenceErrorKind.UNPUBLISHED)
    assert "published checkpoint of 2 entries" in message
    fresh.publish()
    verdict = verify_package(export(fresh.consumer, request.statement.exchange), fresh.root.verify_key)
    assert (verdict.outcome, verdict.response_time, verdict.status) == (None, None, None)
    assert "whether there was an answer: the package has none" in verdict.unproven


@pytest.mark.parametrize("side", ["consumer", "provider"])
def test_a_refusal_and_an_unknown_outcome_are_exported_too(members: Members, side: str) -> None:
    home: Home = getattr(members, side)
    for outcome in ("refused", "unknown"):
        request = members.ask(b"", purpose="")
        answers = encode_base64url(request.committed.leaf)
        refused = Refused(answers=answers, code="access_denied", to=members.consumer.origin)
        members.end(request, refused if outcome == "refused" else Unknown(answers=answers))
        members.publish()
        assert isinstance(request.statement, Request)
        verdict = verify_package(export(home, request.statement.exchange), members.root.verify_key)
        assert (verdict.outcome, verdict.status, verdict.purpose) == (outcome, None, None)
        assert verdict.code == ("access_denied" if outcome == "refused" else None)
        assert verdict.response_content is ContentState.NONE


def test_of_a_retried_request_the_answered_one_is_exported(members: Members) -> None:
    request = members.ask(b"question")
    assert isinstance(request.statement, Request)
    answered = members.answer(request)
    # The same exchange once more, as after a silence of the first gateway.
    again = msgspec.structs.replace(request.statement, time=NOW + 5)
    members.consumer.send(again, request.content, request.statement.exchange)
    members.publish()
    package = parse_package(export(members.consumer, request.statement.exchange))
    assert package.request.statement == request.raw
    assert package.response is not None
    assert package.response.statement == answered.raw


def test_an_outcome_without_its_request_is_not_an_exchange(members: Members) -> None:
    refused = Refused(answers=encode_base64url(bytes(32)), code="access_denied", to=members.consumer.origin)
    members.provider.send(refused, MessageRecord(b"", b""), "exchange-of-nobody")
    members.provider.publish()
    assert "no request" in refusal(members.provider, "exchange-of-nobody", EvidenceErrorKind.NOT_FOUND)


def test_a_body_that_is_gone_leaves_its_hash_and_the_header_part_provable(fresh: Members) -> None:
    exchange = fresh.exchange()
    fresh.consumer.bodies.close()
    for pack in (fresh.consumer.folder / "store").iterdir():
        pack.unlink()
    raw = export(fresh.consumer, exchange.id)
    verdict = verify_package(raw, fresh.root.verify_key)
    assert (verdict.request_content, verdict.response_content) == (ContentState.NO_BODY, ContentState.NO_BODY)
    assert verdict.method == "POST"
    assert "what the request's body said: only its hash is left" in verdict.unproven


def test_without_body_and_hash_the_header_part_would_prove_nothing_and_is_left_out(members: Members) -> None:
    request = members.ask(b"question")
    assert isinstance(request.statement, Request)
    again = msgspec.structs.replace(request.statement, exchange="second")
    members.consumer.send(again, msgspec.structs.replace(request.content, body=None, body_sha256=b""), "second")
    members.publish()
    package = parse_package(export(members.consumer, "second"))
    assert (package.manifest.request, package.request.header) == (ContentState.NONE, None)


def test_a_message_logged_without_its_content_is_exported_without(members: Members) -> None:
    request = members.ask(b"question")
    assert isinstance(request.statement, Request)
    raw = encode_statement(msgspec.structs.replace(request.statement, exchange="bare"))
    (committed,) = members.consumer.append(Entry(raw, leaf_hash(raw), proven=True))
    members.consumer.index.note(IndexRow(committed.index, "request", "bare", NOW))
    members.publish()
    verdict = verify_package(export(members.consumer, "bare"), members.root.verify_key)
    assert (verdict.request_content, verdict.method) == (ContentState.NONE, None)


def test_a_damaged_record_is_left_out(fresh: Members) -> None:
    exchange = fresh.exchange()
    (segment,) = (fresh.consumer.folder / "log" / "segments").glob("0*.seg")
    content = bytearray(segment.read_bytes())
    # The last batch holds the receipt of the answer; its record is the last thing before the zeros.
    content[len(bytes(content).rstrip(b"\0")) - 3] ^= 0xFF
    segment.write_bytes(content)
    package = parse_package(export(fresh.consumer, exchange.id))
    assert (package.manifest.request, package.manifest.response) == (ContentState.WHOLE, ContentState.NONE)


def test_a_home_without_an_index_a_log_in_the_directory_or_settings_says_so(fresh: Members, tmp_path: Path) -> None:
    exchange = fresh.exchange()
    with pytest.raises(EvidenceError, match="give its path with --home"):
        EvidenceHome(tmp_path)
    (tmp_path / "gateway.toml").write_text("log = 1")
    with pytest.raises(EvidenceError, match="expected a gateway's home"):
        EvidenceHome(tmp_path)
    (tmp_path / "gateway.toml").write_text("= no toml")
    with pytest.raises(EvidenceError, match="expected a gateway's home"):
        EvidenceHome(tmp_path)

    stranger = Gateway("DEMO/GOV/Z99.02/GW1", ("127.0.0.1:2",), (), (fresh.log_key(fresh.provider),))
    other = LogKey("DEMO/GOV/Z99.01/GW1/2", make_signing_key().verify_key, NOW)
    directory = msgspec.structs.replace(
        fresh.describe(), gateways=(Gateway("DEMO/GOV/Z99.01/GW1", ("127.0.0.1:1",), (), (other,)), stranger)
    )
    fresh.write_directory(directory)
    assert "does not list" in refusal(fresh.consumer, exchange.id, EvidenceErrorKind.HOME)
    (fresh.folder / "directory.json").unlink()
    assert "directory.json" in refusal(fresh.consumer, exchange.id, EvidenceErrorKind.HOME)
    fresh.consumer.index.close()
    (fresh.consumer.folder / "index.sqlite").unlink()
    assert "gateway reindex" in refusal(fresh.consumer, exchange.id, EvidenceErrorKind.INDEX)
    fresh.consumer.open_index_again()


def test_evidence_that_does_not_verify_is_not_exported(fresh: Members) -> None:
    exchange = fresh.exchange()
    # The directory names another key for the provider's log than the one that signed its checkpoints.
    other = LogKey(fresh.provider.origin, make_signing_key().verify_key, NOW - 1000)
    gateways = (fresh.describe().gateways[0], Gateway("DEMO/GOV/Z99.02/GW1", ("127.0.0.1:2",), (), (other,)))
    fresh.write_directory(msgspec.structs.replace(fresh.describe(), gateways=gateways))
    assert "response/proof" in refusal(fresh.consumer, exchange.id, EvidenceErrorKind.PACKAGE)
