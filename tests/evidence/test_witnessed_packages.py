"""Packages carry cosignatures, and closed keys prove nothing that was not there before (rules 7.1 and 7.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from lienthong.directory.members import LogClosure, Witness
from lienthong.evidence.canonical_zip import read_zip, write_zip
from lienthong.evidence.checkpoint import Checkpoint, sign_checkpoint
from lienthong.evidence.cosignature import Cosignature, cosign, format_signature_line
from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.export import export_exchange
from lienthong.evidence.home import EvidenceHome
from lienthong.evidence.note import parse_note
from lienthong.evidence.proof import format_proof
from lienthong.evidence.statement import encode_statement
from lienthong.evidence.tree import leaf_hash
from lienthong.evidence.verify import verify_package
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import make_signing_key
from tests.evidence.members import NOW, Members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.evidence.verdict import Verdict
    from tests.evidence.members import Home

NAME = "DEMO/witness"
CLOSED = NOW + 500
SECOND = 1000


class Province(Members):
    """Two members and the directory's witness, which cosigns when a test says so."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.witness = make_signing_key()
        self.closures: dict[str, LogClosure] = {}
        self.list_all()

    def list_all(self) -> None:
        """Write the directory, with the witness and what is closed."""
        directory = self.describe()
        gateways = tuple(
            msgspec.structs.replace(
                gateway,
                logs=tuple(msgspec.structs.replace(log, closed=self.closures.get(log.origin)) for log in gateway.logs),
            )
            for gateway in directory.gateways
        )
        listed = (Witness(NAME, self.witness.verify_key, "http://127.0.0.1:1"),)
        self.write_directory(msgspec.structs.replace(directory, gateways=gateways, witnesses=listed))

    def cosign(self, home: Home, time: int) -> None:
        """Have a gateway's head cosigned, as of `time`."""
        note = home.log.checkpoint()
        line = format_signature_line(cosign(parse_note(note).text, NAME, self.witness, time // SECOND))
        (home.folder / "cosigned-head").write_bytes(note + line)

    def close_log(self, home: Home, size: int | None = None) -> None:
        """Close a log at its head, or at a head of another size."""
        at = home.log.size if size is None else size
        root = home.log.root_at(at) if at <= home.log.size else bytes(32)
        self.closures[home.origin] = LogClosure(at, encode_base64url(root), CLOSED, "stolen")
        self.list_all()

    def show(self, home: Home, identifier: str) -> Verdict:
        """Export and verify."""
        return verify_package(export_exchange(EvidenceHome(home.folder), identifier), self.root.verify_key)

    def refuse(self, home: Home, identifier: str) -> str:
        """Require that nothing can be shown; gives why."""
        with pytest.raises(EvidenceError) as refused:
            self.show(home, identifier)
        return refused.value.message


@pytest.fixture
def province(tmp_path: Path) -> Iterator[Province]:
    province = Province(tmp_path)
    yield province
    province.close()


def test_a_package_says_by_whom_and_when_its_heads_were_cosigned(province: Province) -> None:
    exchange = province.exchange()
    province.cosign(province.consumer, NOW + 60 * SECOND)
    verdict = province.show(province.consumer, exchange.id)
    witnessed = (Cosignature(NAME, NOW + 60 * SECOND),)
    # The answer's own head was not cosigned; the consumer's, which pins it, was.
    assert (verdict.request_witnessed, verdict.response_witnessed) == (witnessed, witnessed)
    assert any(f"was cosigned by the witness {NAME} at " in line for line in verdict.proven)
    assert not any("not witnessed" in line for line in verdict.unproven)


def test_a_package_without_a_cosigned_head_says_not_witnessed(province: Province) -> None:
    exchange = province.exchange()
    verdict = province.show(province.consumer, exchange.id)
    assert (verdict.request_witnessed, verdict.response_witnessed) == ((), ())
    assert sum(line.startswith("not witnessed: ") for line in verdict.unproven) == 2


def test_a_cosignature_by_who_is_not_in_the_packages_directory_is_not_told(province: Province) -> None:
    exchange = province.exchange()
    province.cosign(province.consumer, NOW)
    province.witness = make_signing_key()
    province.list_all()
    assert province.show(province.consumer, exchange.id).request_witnessed == ()


def test_an_entry_behind_the_cosigned_head_is_shown_under_the_published_one(province: Province) -> None:
    first = province.exchange()
    province.cosign(province.consumer, NOW)
    second = province.exchange()
    assert province.show(province.consumer, first.id).request_witnessed
    assert not province.show(province.consumer, second.id).request_witnessed


def test_a_damaged_cosigned_head_is_passed_over(province: Province) -> None:
    exchange = province.exchange()
    (province.consumer.folder / "cosigned-head").write_bytes(b"nothing")
    assert province.show(province.consumer, exchange.id).request_witnessed == ()


# Rule 7.2.


def test_a_closed_log_is_shown_under_its_closing_head(province: Province) -> None:
    exchange = province.exchange()
    province.cosign(province.consumer, NOW)
    province.close_log(province.consumer)
    assert province.show(province.consumer, exchange.id).outcome == "response"


def test_after_the_closing_an_entry_counts_under_a_head_that_was_cosigned_before(province: Province) -> None:
    exchange = province.exchange()
    province.cosign(province.consumer, NOW)
    province.close_log(province.consumer, province.consumer.log.size + 5)
    assert province.show(province.consumer, exchange.id).outcome == "response"
    province.cosign(province.consumer, CLOSED + SECOND)
    assert "was closed at size" in province.refuse(province.consumer, exchange.id)


def test_after_the_closing_an_entry_counts_if_its_receiver_had_pinned_it_in_a_cosigned_head(
    province: Province,
) -> None:
    exchange = province.exchange()
    # The provider shows the consumer's request under the consumer's head of that moment, which nobody cosigned.
    province.close_log(province.consumer, 50)
    assert province.refuse(province.provider, exchange.id).startswith("request/proof: the log")
    province.cosign(province.provider, NOW)
    assert province.show(province.provider, exchange.id).outcome == "response"
    province.cosign(province.provider, CLOSED + SECOND)
    assert province.refuse(province.provider, exchange.id).startswith("request/proof: the log")


# A thief has the log's key, and writes an entry of the past.
def test_what_a_stolen_key_signs_after_the_closing_is_refused(province: Province) -> None:
    exchange = province.exchange()
    province.cosign(province.consumer, NOW)
    province.close_log(province.consumer)
    parts = read_zip(export_exchange(EvidenceHome(province.consumer.folder), exchange.id))
    raw = encode_statement(exchange.request.statement)
    forged = sign_checkpoint(Checkpoint(province.consumer.origin, 1, leaf_hash(raw)), province.consumer.key)
    proofs = {"request/proof": format_proof(0, (), forged)}
    with pytest.raises(EvidenceError) as refused:
        verify_package(write_zip(parts | proofs), province.root.verify_key)
    assert refused.value.message.startswith("request/proof: the log")


def test_a_receipt_in_a_closed_log_must_have_been_there_before(province: Province) -> None:
    exchange = province.exchange()
    province.close_log(province.provider, 50)
    assert province.refuse(province.provider, exchange.id).startswith("request/received/proof: the log")
    province.cosign(province.provider, NOW)
    assert province.show(province.provider, exchange.id).outcome == "response"
