from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from lienthong.directory.members import Directory, Gateway, LogClosure, LogKey, sign_directory
from lienthong.evidence.canonical_zip import read_zip, write_zip
from lienthong.evidence.erase import erase_exchange
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.export import export_exchange
from lienthong.evidence.home import EvidenceHome
from lienthong.evidence.package import ContentState, Manifest
from lienthong.evidence.proof import format_proof, parse_proof
from lienthong.evidence.statement import Received, Request, Unknown, decode_statement, encode_statement
from lienthong.evidence.verify import CLOCK_SKEW_MS, verify_package
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import SigningKey, make_signing_key
from tests.evidence.members import NOW, Home, Members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PARTS = (
    "manifest.json",
    "directory.json",
    *(
        f"{which}/{part}"
        for which in ("request", "response")
        for part in ("statement.json", "proof", "salt", "header", "body", "received/statement.json", "received/proof")
    ),
)


class Case(msgspec.Struct):
    """Two exchanges of the same members, exported by both sides."""

    root: SigningKey
    consumer: dict[str, bytes]
    provider: dict[str, bytes]
    other: dict[str, bytes]
    other_provider: dict[str, bytes]
    directory: Directory


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    members = Members(tmp_path_factory.mktemp("members"))
    first, second = members.exchange(), members.exchange(b"another question", b"another answer")
    case = Case(
        members.root,
        read_zip(export(members.consumer, first.id)),
        read_zip(export(members.provider, first.id)),
        read_zip(export(members.consumer, second.id)),
        read_zip(export(members.provider, second.id)),
        members.describe(),
    )
    members.close()
    return case


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    members = Members(tmp_path_factory.mktemp("members"))
    yield members
    members.close()


def export(home: Home, identifier: str) -> bytes:
    return export_exchange(EvidenceHome(home.folder), identifier)


def refusal(raw: bytes | dict[str, bytes], root: SigningKey) -> str:
    """Require that the package is refused and that the message names a part; give the message."""
    raw = write_zip(raw) if isinstance(raw, dict) else raw
    with pytest.raises(EvidenceError) as caught:
        verify_package(raw, root.verify_key)
    assert caught.value.kind is EvidenceErrorKind.PACKAGE
    return caught.value.message


def refused_export(members: Members, request: object, home: Home | None = None) -> str:
    """Require that an exchange with a lie in a log cannot be shown, and give the reason."""
    members.publish()
    assert isinstance(request, Request)
    with pytest.raises(EvidenceError) as caught:
        export(home or members.consumer, request.exchange)
    assert caught.value.kind is EvidenceErrorKind.PACKAGE
    return caught.value.message


def test_the_untouched_packages_verify(case: Case) -> None:
    for parts in (case.consumer, case.provider, case.other):
        assert verify_package(write_zip(parts), case.root.verify_key).outcome == "response"


def test_every_flipped_byte_of_the_file_is_refused_and_a_part_is_named(case: Case) -> None:
    raw = write_zip(case.consumer)
    places = (*PARTS, "central directory", "end record", "the part at offset")
    for at in range(len(raw)):
        message = refusal(raw[:at] + bytes([raw[at] ^ 0x20]) + raw[at + 1 :], case.root)
        assert any(place in message for place in places), at


@pytest.mark.parametrize(
    ("side", "name"),
    [("consumer", name) for name in PARTS if not name.startswith("request/received")]
    + [("provider", name) for name in PARTS if name.startswith("request/") or name == "manifest.json"],
)
def test_a_part_altered_by_one_who_can_make_zip_files_is_named(case: Case, side: str, name: str) -> None:
    parts: dict[str, bytes] = getattr(case, side)
    content = parts[name]
    which = name.partition("/")[0]
    stride = 1 if len(content) < 400 else 13
    for at in range(0, len(content), stride):
        altered = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        message = refusal(parts | {name: altered}, case.root)
        # A changed name or log in one part is often found by the part that it contradicts.
        assert any(part in message for part in PARTS), (at, message)
        if name.endswith(("salt", "body", "header")):
            assert f"{which}/header" in message or name in message, (at, message)


@pytest.mark.parametrize("name", ["salt", "header", "body", "proof", "statement.json"])
def test_parts_of_request_and_answer_cannot_be_swapped(case: Case, name: str) -> None:
    one, two = f"request/{name}", f"response/{name}"
    swapped = case.consumer | {one: case.consumer[two], two: case.consumer[one]}
    assert refusal(swapped, case.root).startswith("request/")


def test_the_receipt_cannot_stand_for_the_message_nor_the_message_for_the_receipt(case: Case) -> None:
    parts = case.consumer
    message = refusal(parts | {"response/statement.json": parts["response/received/statement.json"]}, case.root)
    assert message.startswith("response/statement.json: expected 'response', 'refused' or 'unknown'")
    message = refusal(parts | {"response/received/statement.json": parts["response/statement.json"]}, case.root)
    assert message.startswith("response/received/statement.json: expected the kind 'received'")
    message = refusal(parts | {"request/statement.json": parts["response/statement.json"]}, case.root)
    assert message.startswith("request/statement.json: expected the kind 'request'")


@pytest.mark.parametrize("name", [name for name in PARTS if name not in {"manifest.json", "directory.json"}])
def test_a_part_of_another_exchange_is_refused(case: Case, name: str) -> None:
    side, other = (case.consumer, case.other) if name in case.consumer else (case.provider, case.other_provider)
    assert refusal(side | {name: other[name]}, case.root).partition("/")[0] in name


def test_the_answer_of_another_exchange_is_refused(case: Case) -> None:
    foreign = {name: part for name, part in case.other.items() if name.startswith("response/")}
    assert refusal(case.consumer | foreign, case.root).startswith("response/statement.json: answers:")


def test_the_manifest_cannot_claim_another_exchange_log_or_keeper(case: Case) -> None:
    manifest = msgspec.json.decode(case.consumer["manifest.json"], type=Manifest)
    provider = "DEMO/GOV/Z99.02/GW1/1"
    for change, part in (
        ({"exchange": "another"}, "request/statement.json: exchange"),
        ({"sender": provider}, "manifest.json: expected a log of DEMO/GOV/Z99.01"),
        ({"sender": "DEMO/GOV/Z99.01/GW1/2"}, "manifest.json: the log DEMO/GOV/Z99.01/GW1/2 is not in"),
        ({"keeper": "DEMO/GOV/Z99.03/GW1/1"}, "manifest.json: expected the keeper"),
        ({"keeper": provider}, "request/received/statement.json: missing"),
    ):
        altered = msgspec.json.encode(msgspec.structs.replace(manifest, **change))
        assert refusal(case.consumer | {"manifest.json": altered}, case.root).startswith(part)
    altered = msgspec.json.encode(msgspec.structs.replace(manifest, keeper="DEMO/GOV/Z99.01/GW1/1"))
    assert "not expected" in refusal(case.provider | {"manifest.json": altered}, case.root)


def test_another_root_key_does_not_verify(case: Case) -> None:
    assert refusal(case.consumer, make_signing_key()).startswith("directory.json: ")


def test_a_directory_that_others_signed_or_respelled_is_refused(case: Case) -> None:
    foreign = sign_directory(case.directory, make_signing_key())
    assert refusal(case.consumer | {"directory.json": foreign}, case.root).startswith("directory.json: ")
    spaced = case.consumer["directory.json"].replace(b'"signed":', b'"signed": ')
    message = refusal(case.consumer | {"directory.json": spaced}, case.root)
    assert message.startswith("directory.json: expected RFC 8785 bytes")


def with_logs(case: Case, consumer: LogKey | None, provider: LogKey | None) -> dict[str, bytes]:
    """Give the consumer's package under a directory, truly signed, with other logs."""
    one, two = case.directory.gateways
    gateways = (
        msgspec.structs.replace(one, logs=one.logs if consumer is None else (consumer,)),
        msgspec.structs.replace(two, logs=two.logs if provider is None else (provider,)),
    )
    directory = msgspec.structs.replace(case.directory, gateways=gateways)
    return case.consumer | {"directory.json": sign_directory(directory, case.root)}


def test_a_log_key_that_the_directory_does_not_list_is_refused(case: Case) -> None:
    key = make_signing_key().verify_key
    consumer, provider = (gateway.logs[0] for gateway in case.directory.gateways)
    message = refusal(with_logs(case, msgspec.structs.replace(consumer, key=key), None), case.root)
    assert message.startswith("request/proof: a signed note is not signed")
    message = refusal(with_logs(case, None, msgspec.structs.replace(provider, key=key)), case.root)
    assert message.startswith("response/proof: a signed note is not signed")
    other = LogKey("DEMO/GOV/Z99.01/GW1/2", key, NOW)
    assert refusal(with_logs(case, other, None), case.root).startswith("manifest.json: the log")


def test_a_closed_log_counts_at_its_closing_head_only(case: Case) -> None:
    consumer = case.directory.gateways[0].logs[0]
    # Request and receipt were exported under the consumer's published checkpoint.
    note = parse_proof(case.consumer["request/proof"]).checkpoint.split(b"\n")
    size, root = int(note[1]), note[2].decode().translate(str.maketrans("+/", "-_", "=")).rstrip("=")
    closure = LogClosure(size, root, NOW + 99, "restored from a backup")
    accepted = with_logs(case, msgspec.structs.replace(consumer, closed=closure), None)
    assert verify_package(write_zip(accepted), case.root.verify_key).outcome == "response"
    for wrong in (
        msgspec.structs.replace(closure, size=size - 1),
        msgspec.structs.replace(closure, size=size + 1),
        msgspec.structs.replace(closure, root=encode_base64url(bytes(32))),
    ):
        message = refusal(with_logs(case, msgspec.structs.replace(consumer, closed=wrong), None), case.root)
        assert message.startswith("request/proof: the log DEMO/GOV/Z99.01/GW1/1 was closed at size")


def test_a_statement_from_before_its_log_is_refused(case: Case) -> None:
    consumer, provider = (gateway.logs[0] for gateway in case.directory.gateways)
    begin = NOW + CLOCK_SKEW_MS
    verify_package(
        write_zip(with_logs(case, msgspec.structs.replace(consumer, since=begin), None)), case.root.verify_key
    )
    late = msgspec.structs.replace(consumer, since=begin + 1)
    assert refusal(with_logs(case, late, None), case.root).startswith("request/statement.json: its time")
    late = msgspec.structs.replace(provider, since=begin + 41)
    assert refusal(with_logs(case, None, late), case.root).startswith("response/statement.json: its time")


def test_extra_data_in_a_proof_is_refused_for_nothing_verifies_it(case: Case) -> None:
    proof = parse_proof(case.consumer["request/proof"])
    extra = format_proof(proof.index, proof.path, proof.checkpoint, b"a note to the reader")
    assert refusal(case.consumer | {"request/proof": extra}, case.root).startswith("request/proof: expected a proof")


def test_a_reordered_zip_and_an_extra_part_are_refused(case: Case) -> None:
    assert "no package has such a part" in refusal(case.consumer | {"request/note": b"hello"}, case.root)
    raw = write_zip(case.consumer)
    names = list(case.consumer)
    first, second = raw.index(names[0].encode()) - 30, raw.index(names[1].encode()) - 30
    third = raw.index(names[2].encode()) - 30
    assert "order" in refusal(raw[second:third] + raw[first:second] + raw[third:], case.root)


def test_erased_content_leaves_the_proofs_valid_and_the_verdict_says_so(case: Case) -> None:
    manifest = msgspec.json.decode(case.consumer["manifest.json"], type=Manifest)
    gone = msgspec.structs.replace(manifest, request=ContentState.ERASED, response=ContentState.NONE)
    parts = {name: part for name, part in case.consumer.items() if not name.endswith(("salt", "header", "body"))}
    parts["manifest.json"] = msgspec.json.encode(gone)
    verdict = verify_package(write_zip(parts), case.root.verify_key)
    assert (verdict.method, verdict.target, verdict.status) == (None, None, 200)
    assert any("was erased" in line for line in verdict.unproven)
    assert any("what the answer said: its content is not in this package" in line for line in verdict.unproven)
    assert not any("header part" in line for line in verdict.proven)


def test_a_wrong_body_hash_in_place_of_a_body_is_refused(case: Case) -> None:
    manifest = msgspec.json.decode(case.consumer["manifest.json"], type=Manifest)
    parts = dict(case.consumer)
    del parts["request/body"]
    parts["manifest.json"] = msgspec.json.encode(msgspec.structs.replace(manifest, request=ContentState.NO_BODY))
    for digest in (bytes(32), b"", b"x"):
        message = refusal(parts | {"request/body-sha256": digest}, case.root)
        assert message.startswith("request/header")


@pytest.mark.parametrize(
    ("lie", "part"),
    [
        ({"client": "DEMO/GOV/Z99.03/PORTAL"}, "manifest.json: expected a log of DEMO/GOV/Z99.03"),
        ({"service": "DEMO/GOV/Z99.03/AREAS/units"}, "request/statement.json: expected a log of DEMO/GOV/Z99.03"),
        ({"to": "DEMO/GOV/Z99.03/GW1/1"}, "request/statement.json: the log DEMO/GOV/Z99.03/GW1/1 is not"),
        ({"client": "DEMO/GOV/Z99.01/OTHER"}, "request/header"),
        ({"service": "DEMO/GOV/Z99.02/AREAS/other"}, "request/header"),
        ({"purpose": "1.000000"}, "request/header"),
        ({"id": encode_base64url(bytes(32))}, "request/header"),
    ],
)
def test_a_request_whose_statement_lies_cannot_be_shown(members: Members, lie: dict[str, object], part: str) -> None:
    request = members.ask(b"question", lie=lie)
    assert refused_export(members, request.statement).startswith(part)


@pytest.mark.parametrize(
    ("lie", "part"),
    [
        ({"status": 204}, "response/header"),
        ({"client": "DEMO/GOV/Z99.01/OTHER"}, "response/header"),
        ({"to": "DEMO/GOV/Z99.03/GW1/1"}, "response/statement.json: to"),
        ({"time": NOW - 2 * CLOCK_SKEW_MS}, "response/statement.json: its time"),
    ],
)
def test_an_answer_whose_statement_lies_cannot_be_shown(members: Members, lie: dict[str, object], part: str) -> None:
    request = members.ask(b"question")
    members.answer(request, lie=lie)
    assert refused_export(members, request.statement).startswith(part)


@pytest.mark.parametrize("field", ["client", "service", "exchange"])
def test_an_answer_to_other_parties_is_refused_even_without_its_content(members: Members, field: str) -> None:
    # The provider's log holds an answer that names this request, and another client, service or exchange.
    request = members.ask(b"question")
    truth = {"client": "DEMO/GOV/Z99.01/OTHER", "service": "DEMO/GOV/Z99.02/AREAS/other", "exchange": "another"}
    members.answer(request, lie={field: truth[field]})
    home = EvidenceHome(members.consumer.folder)
    members.publish()
    # Erased content is not looked at, so only the comparison of the statements is left to find it.
    assert isinstance(request.statement, Request)
    erase_exchange(home, request.statement.exchange)
    with pytest.raises(EvidenceError, match=f"response/statement.json: {field}: expected"):
        export_exchange(home, request.statement.exchange)


@pytest.mark.parametrize(
    "lie",
    [
        # Places that no log of these tests reaches: other tests of the module share it, and move where the truth lies.
        {"index": 1_000_000},
        {"size": 1_000_000},
        {"root": encode_base64url(bytes(32))},
        {"leaf": encode_base64url(bytes(32))},
        {"from_": "DEMO/GOV/Z99.03/GW1/1"},
        {"exchange": "another"},
        {"until": NOW},
    ],
)
def test_a_receipt_that_names_another_place_is_refused(members: Members, lie: dict[str, object]) -> None:
    request = members.ask(b"question")
    members.answer(request, received_lie=lie)
    assert refused_export(members, request.statement).startswith("response/received/statement.json: ")


def test_content_for_an_outcome_that_commits_to_none_is_refused(members: Members) -> None:
    request = members.ask(b"question")
    members.end(request, Unknown(answers=encode_base64url(request.committed.leaf)))
    members.publish()
    assert isinstance(request.statement, Request)
    parts = read_zip(export(members.consumer, request.statement.exchange))
    manifest = msgspec.json.decode(parts["manifest.json"], type=Manifest)
    parts["manifest.json"] = msgspec.json.encode(msgspec.structs.replace(manifest, response=ContentState.WHOLE))
    content = {f"response/{name}": parts[f"request/{name}"] for name in ("salt", "header", "body")}
    assert refusal(parts | content, members.root).startswith("response/header: a statement of kind 'unknown'")


def test_the_receipts_of_a_request_hold_what_rules_out_a_replay(case: Case) -> None:
    received = decode_statement(case.provider["request/received/statement.json"])
    assert isinstance(received, Received)
    altered = encode_statement(msgspec.structs.replace(received, until=received.size))
    message = refusal(case.provider | {"request/received/statement.json": altered}, case.root)
    assert message.startswith("request/received/statement.json: until")


@pytest.mark.parametrize("alter", [lambda raw: raw + b" ", lambda raw: raw.replace(b'"v":1', b'"v":2'), lambda _: b""])
@pytest.mark.parametrize(
    "name", ["request/statement.json", "response/statement.json", "response/received/statement.json"]
)
def test_a_statement_in_another_spelling_is_refused(case: Case, name: str, alter: Callable[[bytes], bytes]) -> None:
    message = refusal(case.consumer | {name: alter(case.consumer[name])}, case.root)
    assert message.startswith(f"{name}: a statement is not as it must be")


def test_gateways_of_other_members_do_not_speak_for_a_member(case: Case) -> None:
    # The provider's log is listed under a gateway of the third member: the origin says whose it is.
    one, two = case.directory.gateways
    moved = Gateway("DEMO/GOV/Z99.03/GW1", (), (), (LogKey("DEMO/GOV/Z99.03/GW1/1", two.logs[0].key, NOW),))
    directory = msgspec.structs.replace(case.directory, gateways=(one, moved))
    parts = case.consumer | {"directory.json": sign_directory(directory, case.root)}
    assert refusal(parts, case.root).startswith("request/statement.json: the log DEMO/GOV/Z99.02/GW1/1 is not")
