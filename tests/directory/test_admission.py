from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from lienthong.directory.admission import Admission, admit, sign_admission, verify_admission
from lienthong.directory.authority import make_tls_key
from lienthong.directory.chain import verify_chain
from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.directory.members import Subsystem
from lienthong.directory.revocations import parse_revocations
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import make_signing_key
from tests.directory.province import ISSUED, make_directory

KEY = make_signing_key()
REQUEST = Admission(
    instance="DEMO",
    member="DEMO/GOV/Z99.03",
    name="Xã Ba",
    subsystems=(Subsystem("PORTAL", "Portal"),),
    gateway="DEMO/GOV/Z99.03/GW1",
    addresses=("127.0.0.1:5503",),
    tls=encode_base64url(make_tls_key().public_der),
    log="DEMO/GOV/Z99.03/GW1/1",
    key=encode_base64url(KEY.verify_key.raw),
)
RAW = sign_admission(REQUEST, KEY)


def test_a_request_signed_by_its_log_key_is_taken_and_admitted() -> None:
    admission = verify_admission(RAW)
    directory = admit(make_directory(), admission, ISSUED + 5)

    assert admission == REQUEST
    assert directory.version == 2
    gateway = directory.find_gateway(REQUEST.gateway)
    assert gateway is not None
    assert gateway.tls == (REQUEST.tls_fingerprint,)
    assert directory.find_subsystem("DEMO/GOV/Z99.03/PORTAL") is not None


def test_a_further_gateway_of_a_member_adds_the_subsystems_that_are_new() -> None:
    more = replace(
        REQUEST,
        member="DEMO/GOV/Z99.01",
        gateway="DEMO/GOV/Z99.01/GW2",
        log="DEMO/GOV/Z99.01/GW2/1",
        subsystems=(Subsystem("PORTAL", "x"), Subsystem("CLERK", "Clerk")),
    )
    member = admit(make_directory(), more, ISSUED + 5).find_member("DEMO/GOV/Z99.01")
    assert member is not None
    assert [subsystem.code for subsystem in member.subsystems] == ["PORTAL", "CLERK"]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"gateway": "DEMO/GOV/Z99.01/GW1"}, DirectoryErrorKind.CONTRADICTORY),
        ({"gateway": "DEMO/GOV/Z99.01/GW9"}, DirectoryErrorKind.CONTRADICTORY),
        ({"addresses": ("nowhere",)}, DirectoryErrorKind.CONTRADICTORY),
        ({"log": "DEMO/GOV/Z99.02/GW1/1"}, DirectoryErrorKind.CONTRADICTORY),
        ({"instance": "VN"}, DirectoryErrorKind.OTHER_INSTANCE),
    ],
)
def test_a_request_that_does_not_fit_is_refused(changes: dict[str, object], kind: DirectoryErrorKind) -> None:
    with pytest.raises(DirectoryError) as refused:
        admit(make_directory(), replace(REQUEST, **changes), ISSUED + 5)
    assert refused.value.kind is kind


def test_another_key_cannot_sign_a_request() -> None:
    with pytest.raises(DirectoryError) as refused:
        verify_admission(sign_admission(REQUEST, make_signing_key()))
    assert refused.value.kind is DirectoryErrorKind.BAD_SIGNATURE


@given(place=st.integers(0, len(RAW) - 1), bit=st.integers(0, 7))
def test_no_flipped_bit_of_a_request_is_believed(place: int, bit: int) -> None:
    damaged = bytearray(RAW)
    damaged[place] ^= 1 << bit
    with pytest.raises(DirectoryError) as refused:
        verify_admission(bytes(damaged))
    assert refused.value.kind in {DirectoryErrorKind.MALFORMED, DirectoryErrorKind.BAD_SIGNATURE}


def test_every_field_changes_the_fingerprint() -> None:
    changes: dict[str, object] = {
        field.name: ("1.2.3.4:1",) if field.name == "addresses" else () if field.name == "subsystems" else "x"
        for field in msgspec.structs.fields(Admission)
    }
    prints = {replace(REQUEST, **{name: value}).fingerprint for name, value in changes.items()}
    assert len(prints | {REQUEST.fingerprint}) == len(changes) + 1


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.binary(max_size=200)
    | _JSON.map(msgspec.json.encode)
    | st.fixed_dictionaries({"directory": _JSON, "roots": st.lists(_JSON, max_size=2), "targets": _JSON}).map(
        msgspec.json.encode
    )
)
def test_whatever_comes_is_refused_as_malformed_and_never_by_accident(raw: bytes) -> None:
    for parse in (verify_admission, parse_revocations):
        with pytest.raises(DirectoryError) as refused:
            parse(raw)
        assert refused.value.kind is DirectoryErrorKind.MALFORMED
    with pytest.raises(DirectoryError) as refused:
        verify_chain(raw, KEY.verify_key)
    assert refused.value.kind is DirectoryErrorKind.MALFORMED
