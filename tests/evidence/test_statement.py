from __future__ import annotations

import json
from hashlib import sha256

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from lienthong.evidence.checkpoint import Checkpoint
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.message_part import (
    make_request_part,
    make_response_part,
)
from lienthong.evidence.statement import (
    MAX_STATEMENT_BYTES,
    Received,
    Refused,
    Request,
    RequestEnvelope,
    Response,
    ResponseEnvelope,
    Statement,
    Succeeds,
    Unknown,
    commit_message,
    decode_statement,
    encode_statement,
    hide_id,
    rebuild_request,
    rebuild_response,
    record_received,
)
from lienthong.evidence.tree import MAX_TREE_SIZE, leaf_hash
from lienthong.kernel.canonical import encode_base64url

SALT = bytes(range(16))
BODY = sha256(b'{"unit":"06649"}').digest()
TARGET = b"/r1/DEMO/GOV/Z99.01/AREAS/lookup/units/06649?day=2025-07-01"
HEADERS = (
    (b"X-Road-Client", b"DEMO/GOV/Z99.02/PORTAL"),
    (b"X-Road-Id", b"DEMO-1f0c"),
    (b"X-Road-Request-Id", b"6f6a25b7-9c7f-4b4c-ae5e-18a4e5b1c2d3"),
    (b"X-Road-Purpose", b"1.001193#H49-2026-000123"),
    (b"X-Road-UserId", b"VN079200000001"),
)
ENVELOPE = RequestEnvelope("DEMO/GOV/Z99.01/GW1/1", 1_790_000_000_000, 1_790_000_300_000, False, SALT)  # noqa: FBT003 # the wire's order

# All that JSON escapes or must not: controls, quotes, DEL, line separators, astral and private characters.
NASTY = st.one_of(
    st.text(),
    st.text(
        st.sampled_from([*map(chr, range(0x22)), '"', "\\", "/", "\x7f", "\x80", "\u2028", "\ufeff", "\U0001f600"])
    ),
)
HASHES = st.binary(min_size=32, max_size=32).map(encode_base64url)
COUNTS = st.integers(0, MAX_TREE_SIZE)
STATEMENTS = st.one_of(
    st.builds(
        Request,
        client=NASTY,
        commitment=HASHES,
        exchange=NASTY,
        id=HASHES,
        purpose=st.one_of(st.just(UNSET), NASTY),
        reliable=st.booleans(),
        service=NASTY,
        time=COUNTS,
        to=NASTY,
        until=COUNTS,
    ),
    st.builds(
        Response,
        answers=HASHES,
        client=NASTY,
        commitment=HASHES,
        exchange=NASTY,
        service=NASTY,
        status=st.integers(100, 999),
        time=COUNTS,
        to=NASTY,
    ),
    st.builds(
        Received,
        exchange=st.one_of(st.just(UNSET), NASTY),
        from_=NASTY,
        id=st.one_of(st.just(UNSET), HASHES),
        index=COUNTS,
        leaf=HASHES,
        root=HASHES,
        size=COUNTS,
        until=st.one_of(st.just(UNSET), COUNTS),
    ),
    st.builds(Refused, answers=HASHES, code=NASTY, to=NASTY),
    st.builds(Unknown, answers=HASHES),
    st.builds(Succeeds, origin=NASTY, reason=NASTY, root=HASHES, size=COUNTS),
)


def request_part(*changes: tuple[bytes, bytes | None], target: bytes = TARGET) -> bytes:
    """Write the sample request with headers replaced, or left out where the new value is None."""
    fields = dict(HEADERS) | dict(changes)
    headers = [(name, value) for name, value in fields.items() if value is not None]
    return make_request_part(b"GET", target, headers).raw


def rebuild(*changes: tuple[bytes, bytes | None], target: bytes = TARGET) -> Request:
    fields = dict(HEADERS) | dict(changes)
    headers = [(name, value) for name, value in fields.items() if value is not None]
    return rebuild_request(make_request_part(b"GET", target, headers), BODY, ENVELOPE)


@given(STATEMENTS)
def test_the_encoder_writes_what_rfc8785_writes_and_the_decoder_reads_it_back(statement: Statement) -> None:
    raw = encode_statement(statement)
    assert raw == rfc8785.dumps(msgspec.to_builtins(statement))
    assert decode_statement(raw) == statement


@given(
    st.one_of(
        st.binary(),
        st.text().map(str.encode),
        st.recursive(
            st.none(), lambda x: st.dictionaries(st.sampled_from(["kind", "v", "answers"]), x | st.text())
        ).map(lambda x: json.dumps(x).encode()),
    )
)
def test_any_bytes_are_refused_as_a_statement(raw: bytes) -> None:
    with pytest.raises(EvidenceError) as caught:
        decode_statement(raw)
    assert caught.value.kind is EvidenceErrorKind.STATEMENT


@given(STATEMENTS, st.data())
def test_a_changed_byte_never_leaves_the_same_statement(statement: Statement, data: st.DataObject) -> None:
    raw = bytearray(encode_statement(statement))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        changed = decode_statement(bytes(raw))
    except EvidenceError:
        return
    assert changed != statement


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'{"answers"', b'{ "answers"'),
        (b'"kind":"unknown"', b'"kind":"unknown","kind":"unknown"'),
        (b'"kind":"unknown"', b'"extra":1,"kind":"unknown"'),
        (b'"kind":"unknown"', b'"kind":"unsaid"'),
        (b'"kind":"unknown",', b""),
        (b'"kind"', b'"\\u006bind"'),
        (b'"v":1', b'"v":1.0'),
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":true'),
        (b'"v":1}', b'"v":1}\n'),
        (b'","kind"', b'=","kind"'),
        (b'","kind"', b'\\n","kind"'),
    ],
)
def test_another_spelling_or_shape_of_a_statement_is_refused(old: bytes, new: bytes) -> None:
    raw = encode_statement(Unknown(answers=encode_base64url(BODY)))
    assert old in raw
    with pytest.raises(EvidenceError, match="expected"):
        decode_statement(raw.replace(old, new))


def test_an_unknown_field_is_named() -> None:
    hashed = encode_base64url(BODY)
    with pytest.raises(EvidenceError, match="unknown field `note`"):
        decode_statement(f'{{"answers":"{hashed}","kind":"unknown","note":"","v":1}}'.encode())


def test_fields_out_of_order_are_refused() -> None:
    hashed = encode_base64url(BODY)
    with pytest.raises(EvidenceError, match="expected its canonical bytes"):
        decode_statement(f'{{"kind":"unknown","answers":"{hashed}","v":1}}'.encode())


def test_a_hash_with_unused_bits_set_is_refused() -> None:
    raw = encode_statement(Unknown(answers=encode_base64url(bytes(32))))
    with pytest.raises(EvidenceError):
        decode_statement(raw.replace(b'A","kind"', b'B","kind"'))


def test_a_statement_too_long_for_an_entry_bundle_is_refused() -> None:
    statement = Refused(answers=encode_base64url(BODY), code="x" * MAX_STATEMENT_BYTES, to="")
    with pytest.raises(EvidenceError, match=f"at most {MAX_STATEMENT_BYTES} bytes"):
        encode_statement(statement)
    with pytest.raises(EvidenceError, match=f"at most {MAX_STATEMENT_BYTES} bytes"):
        decode_statement(b" " * (MAX_STATEMENT_BYTES + 1))


def test_text_without_a_utf8_form_is_refused() -> None:
    with pytest.raises(EvidenceError, match="UTF-8"):
        encode_statement(Refused(answers=encode_base64url(BODY), code="\ud800", to=""))


def test_a_request_statement_says_what_its_bytes_say_and_names_no_case_or_person() -> None:
    statement = rebuild()
    raw = encode_statement(statement)
    assert json.loads(raw) == {
        "client": "DEMO/GOV/Z99.02/PORTAL",
        "commitment": commit_message(SALT, request_part(), BODY),
        "exchange": "6f6a25b7-9c7f-4b4c-ae5e-18a4e5b1c2d3",
        "id": hide_id(SALT, b"DEMO-1f0c"),
        "kind": "request",
        "purpose": "1.001193",
        "reliable": False,
        "service": "DEMO/GOV/Z99.01/AREAS/lookup",
        "time": 1_790_000_000_000,
        "to": "DEMO/GOV/Z99.01/GW1/1",
        "until": 1_790_000_300_000,
        "v": 1,
    }
    assert b"H49-2026" not in raw
    assert b"VN0792" not in raw


def test_an_absent_purpose_is_left_out() -> None:
    assert b"purpose" not in encode_statement(rebuild((b"X-Road-Purpose", None)))


def test_client_and_service_are_written_in_their_normal_spelling() -> None:
    statement = rebuild(
        (b"X-Road-Client", b"DEMO/GOV/%5A99.02/P%c3%b4rtal"),
        target=b"/r1/DEMO/GOV/Z99%2e01/AREAS/look%2Fup?a=/",
    )
    assert statement.client == "DEMO/GOV/Z99.02/P%C3%B4rtal"
    assert statement.service == "DEMO/GOV/Z99.01/AREAS/look%2Fup"


@pytest.mark.parametrize(
    "target", [b"/r1/A/B/C/D/E", b"/r1/A/B/C/D/E/", b"/r1/A/B/C/D/E?x=/y/z", b"/r1/A/B/C/D/E/f/g/h"]
)
def test_the_service_is_the_five_segments_after_r1(target: bytes) -> None:
    assert rebuild(target=target).service == "A/B/C/D/E"


@pytest.mark.parametrize(
    "target",
    [b"/", b"/r2/A/B/C/D/E", b"/r1", b"/r1/A/B/C/D", b"/r1/A/B/C//E", b"/r1/A/B/C/D?/E", b"/r1/A/B/C/../E"],
)
def test_a_target_without_a_service_has_no_statement(target: bytes) -> None:
    with pytest.raises(EvidenceError) as caught:
        rebuild(target=target)
    assert caught.value.kind is EvidenceErrorKind.MESSAGE


@pytest.mark.parametrize("name", [b"X-Road-Client", b"X-Road-Id", b"X-Road-Request-Id"])
@pytest.mark.parametrize("value", [None, b""])
def test_a_request_without_a_needed_header_has_no_statement(name: bytes, value: bytes | None) -> None:
    with pytest.raises(EvidenceError, match=f"{name.decode().lower()}: expected a value"):
        rebuild((name, value))


@pytest.mark.parametrize("name", [b"x-road-client", b"x-road-id", b"x-road-request-id", b"x-road-purpose"])
def test_a_repeated_control_header_has_no_statement(name: bytes) -> None:
    part = make_request_part(b"GET", TARGET, [*HEADERS, (name, b"DEMO/GOV/Z99.03/OTHER")])
    with pytest.raises(EvidenceError, match="expected it once"):
        rebuild_request(part, BODY, ENVELOPE)


@pytest.mark.parametrize("client", [b"DEMO/GOV", b"DEMO/GOV/A/B/C", b"DEMO/GOV/%ZZ", b"DEMO/GOV/\xff"])
def test_a_client_that_is_none_has_no_statement(client: bytes) -> None:
    with pytest.raises(EvidenceError) as caught:
        rebuild((b"X-Road-Client", client))
    assert caught.value.kind is EvidenceErrorKind.MESSAGE


def test_an_exchange_id_that_is_not_utf8_has_no_statement() -> None:
    with pytest.raises(EvidenceError, match="expected UTF-8"):
        rebuild((b"X-Road-Request-Id", b"\xff"))


@pytest.mark.parametrize("change", [{"time": -1}, {"until": MAX_TREE_SIZE + 1}])
def test_a_time_that_json_cannot_hold_has_no_statement(change: dict[str, int]) -> None:
    envelope = msgspec.structs.replace(ENVELOPE, **change)
    with pytest.raises(EvidenceError, match=r"expected 0 to \d+ ms"):
        rebuild_request(make_request_part(b"GET", TARGET, HEADERS), BODY, envelope)


def test_each_altered_byte_of_a_message_changes_its_leaf() -> None:
    honest = leaf_hash(encode_statement(rebuild()))
    part = make_request_part(b"PUT", TARGET, HEADERS)
    altered = [
        rebuild_request(part, BODY, ENVELOPE),
        rebuild_request(make_request_part(b"GET", TARGET, HEADERS), sha256(b"other").digest(), ENVELOPE),
        rebuild(target=TARGET + b"&x"),
        rebuild((b"X-Road-UserId", b"VN079200000002")),
        rebuild((b"X-Road-Purpose", b"1.001193#H49-2026-000124")),
        rebuild((b"X-Road-Id", b"DEMO-1f0d")),
    ]
    assert len({honest, *(leaf_hash(encode_statement(each)) for each in altered)}) == len(altered) + 1


def test_a_response_statement_says_what_its_bytes_say() -> None:
    headers = [
        (b"X-Road-Client", b"DEMO/GOV/Z99.02/PORTAL"),
        (b"X-Road-Service", b"DEMO/GOV/Z99.01/AREAS/lookup"),
        (b"X-Road-Request-Id", b"6f6a25b7"),
    ]
    part = make_response_part(404, b"Not Found", headers)
    answers = leaf_hash(encode_statement(rebuild()))
    envelope = ResponseEnvelope("DEMO/GOV/Z99.02/GW1/1", 1_790_000_000_005, answers, SALT)
    assert json.loads(encode_statement(rebuild_response(part, BODY, envelope))) == {
        "answers": encode_base64url(answers),
        "client": "DEMO/GOV/Z99.02/PORTAL",
        "commitment": commit_message(SALT, part.raw, BODY),
        "exchange": "6f6a25b7",
        "kind": "response",
        "service": "DEMO/GOV/Z99.01/AREAS/lookup",
        "status": 404,
        "time": 1_790_000_000_005,
        "to": "DEMO/GOV/Z99.02/GW1/1",
        "v": 1,
    }
    with pytest.raises(EvidenceError, match="a leaf hash of 32 bytes"):
        rebuild_response(part, BODY, msgspec.structs.replace(envelope, answers=answers[1:]))


def test_a_commitment_hashes_salt_header_part_and_body_as_written_down() -> None:
    inner = SALT + sha256(b"GET\r\n/\r\n").digest() + BODY
    assert commit_message(SALT, b"GET\r\n/\r\n", BODY) == encode_base64url(sha256(inner).digest())
    assert hide_id(SALT, b"abc") == encode_base64url(sha256(SALT + b"abc").digest())


def test_a_salt_or_body_hash_of_another_length_is_refused() -> None:
    for salt, body in ((SALT[1:], BODY), (SALT, BODY[1:]), (SALT + b"x", BODY)):
        with pytest.raises(EvidenceError, match="expected a salt of 16 bytes and a hash of 32"):
            commit_message(salt, b"", body)
    with pytest.raises(EvidenceError, match="expected a salt of 16 bytes, got 15"):
        hide_id(SALT[1:], b"abc")


def test_what_was_received_pins_the_peers_checkpoint_and_of_a_request_its_replay_key() -> None:
    request = rebuild()
    leaf = leaf_hash(encode_statement(request))
    checkpoint = Checkpoint("DEMO/GOV/Z99.02/GW1/1", 9, BODY)
    pinned = {
        "from": "DEMO/GOV/Z99.02/GW1/1",
        "index": 7,
        "kind": "received",
        "leaf": encode_base64url(leaf),
        "root": encode_base64url(BODY),
        "size": 9,
        "v": 1,
    }
    assert json.loads(encode_statement(record_received(leaf, 7, checkpoint))) == pinned
    of_request = json.loads(encode_statement(record_received(leaf, 7, checkpoint, request)))
    assert of_request == pinned | {"exchange": request.exchange, "id": request.id, "until": request.until}
