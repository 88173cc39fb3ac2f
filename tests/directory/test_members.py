from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.directory.members import MAX_ENVELOPE_BYTES, key_id, sign_directory, verify_directory
from lienthong.kernel.canonical import canonical_bytes, encode_base64url
from lienthong.kernel.keys import make_signing_key
from tests.directory.province import EXPIRES, TLS_KEYS, log_key, make_directory

ROOT = make_signing_key()
ENVELOPE = sign_directory(make_directory(), ROOT)


def _resign(signed: object) -> bytes:
    signature = encode_base64url(ROOT.sign(canonical_bytes(signed)))
    return canonical_bytes({"signed": signed, "signatures": [{"keyid": key_id(ROOT.verify_key), "sig": signature}]})


def _signed() -> dict[str, Any]:
    signed: dict[str, Any] = json.loads(ENVELOPE)["signed"]
    return signed


def _refusal(envelope: bytes) -> DirectoryError:
    with pytest.raises(DirectoryError) as refused:
        verify_directory(envelope, ROOT.verify_key)
    return refused.value


def test_a_signed_directory_reads_back_as_it_was() -> None:
    assert verify_directory(ENVELOPE, ROOT.verify_key) == make_directory()


def test_the_document_has_the_published_form() -> None:
    signed = _signed()

    assert signed["type"] == "directory"
    assert signed["gateways"][0]["logs"][0]["from"] == signed["issued"]
    assert signed["gateways"][0]["logs"][1]["closed"] is None
    assert signed["gateways"][0]["logs"][0]["key"] == encode_base64url(log_key(1).raw)
    assert signed["groups"] == {"communes": ["DEMO/GOV/Z99.01/PORTAL"]}


def test_everything_listed_is_found_and_nothing_else() -> None:
    directory = make_directory()
    gateway = directory.gateways[0]

    assert directory.find_member("DEMO/GOV/Z99.01") is directory.members[0]
    assert directory.find_subsystem("DEMO/GOV/Z99.02/%C4%90") is directory.members[1].subsystems[1]
    assert directory.find_gateway("DEMO/GOV/Z99.01/GW1") is gateway
    assert directory.gateways_of("DEMO/GOV/Z99.01") == (gateway,)
    assert directory.find_log("DEMO/GOV/Z99.01/GW1/1") is gateway.logs[0]
    assert directory.gateway_of_log("DEMO/GOV/Z99.01/GW1/1") is gateway
    assert directory.find_gateway_by_tls(TLS_KEYS[1].fingerprint) is directory.gateways[1]
    assert directory.members_of_group("communes") == {"DEMO/GOV/Z99.01/PORTAL"}
    assert gateway.member == "DEMO/GOV/Z99.01"

    assert directory.find_member("DEMO/GOV/Z99.03") is None
    assert directory.find_subsystem("DEMO/GOV/Z99.01/AREAS") is None
    assert directory.find_gateway("DEMO/GOV/Z99.01") is None
    assert directory.gateways_of("DEMO/GOV/Z99.03") == ()
    assert directory.find_log("DEMO/GOV/Z99.01/GW1/9") is None
    assert directory.gateway_of_log("DEMO/GOV/Z99.01/GW1/9") is None
    assert directory.find_gateway_by_tls("") is None
    assert directory.members_of_group("others") == frozenset()


def test_a_closed_log_is_kept_and_the_open_one_is_told_apart() -> None:
    gateway = verify_directory(ENVELOPE, ROOT.verify_key).gateways[0]
    closed = gateway.logs[0].closed

    assert closed is not None
    assert (closed.size, closed.reason) == (5, "rotation")
    assert gateway.find_open_log() == gateway.logs[1]


def test_a_directory_lives_until_it_expires() -> None:
    assert not make_directory().is_expired(EXPIRES - 1)
    assert make_directory().is_expired(EXPIRES)


def test_a_directory_signed_by_another_key_is_refused() -> None:
    error = _refusal(sign_directory(make_directory(), make_signing_key()))

    assert error.kind is DirectoryErrorKind.BAD_SIGNATURE
    assert key_id(ROOT.verify_key) in error.message


def test_signatures_of_others_beside_the_trusted_one_do_no_harm() -> None:
    envelope = json.loads(ENVELOPE)
    envelope["signatures"].insert(0, {"keyid": "someone", "sig": "else"})

    assert verify_directory(json.dumps(envelope).encode(), ROOT.verify_key) == make_directory()


@given(place=st.integers(0, len(ENVELOPE) - 1), bit=st.integers(0, 7))
def test_no_flipped_bit_changes_what_is_believed(place: int, bit: int) -> None:
    altered = bytearray(ENVELOPE)
    altered[place] ^= 1 << bit

    try:
        believed = verify_directory(bytes(altered), ROOT.verify_key)
    except DirectoryError as error:
        assert error.kind in {DirectoryErrorKind.MALFORMED, DirectoryErrorKind.BAD_SIGNATURE}
    else:
        # A flip may hit what JSON allows to differ, such as the case of an escape.
        assert believed == make_directory()


@given(st.binary(max_size=80) | st.text('{}[]":,signed0', max_size=60).map(str.encode))
def test_other_bytes_are_malformed(envelope: bytes) -> None:
    assert _refusal(envelope).kind is DirectoryErrorKind.MALFORMED


def test_an_endless_document_is_not_parsed() -> None:
    assert _refusal(b" " * (MAX_ENVELOPE_BYTES + 1)).kind is DirectoryErrorKind.MALFORMED
    assert _refusal(b"[" * 100_000).kind is DirectoryErrorKind.MALFORMED


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        ((), "type", "timestamp"),
        ((), "type", None),
        ((), "surprise", 1),
        ((), "version", "1"),
        ((), "members", {}),
        (("members", 0), "id", 5),
        (("members", 0), "surprise", 1),
        (("gateways", 0, "logs", 0), "key", "short"),
        (("gateways", 0, "logs", 0), "key", None),
        (("gateways", 0, "logs", 0), "key", "!"),
        (("gateways", 0, "logs", 0, "closed"), "size", 1.5),
        (("groups",), "communes", "DEMO/GOV/Z99.01/PORTAL"),
    ],
)
def test_a_signed_document_of_another_form_is_malformed(part: tuple[str | int, ...], field: str, value: object) -> None:
    signed: Any = _signed()
    target = signed
    for step in part:
        target = target[step]
    target[field] = value

    assert _refusal(_resign(signed)).kind is DirectoryErrorKind.MALFORMED


def test_a_document_without_a_type_is_malformed() -> None:
    signed = _signed()
    del signed["type"]

    assert _refusal(_resign(signed)).kind is DirectoryErrorKind.MALFORMED


def test_a_directory_can_be_changed_only_into_one_that_agrees_with_itself() -> None:
    with pytest.raises(DirectoryError) as refused:
        msgspec.structs.replace(make_directory(), instance="OTHER")

    assert refused.value.kind is DirectoryErrorKind.CONTRADICTORY
