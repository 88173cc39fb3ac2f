"""The file that a citizen runs gives the verdict of `verify_package`, on good packages and on forged ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from lienthong.directory.chain import join_chain
from lienthong.directory.members import Directory, LogClosure, LogKey, Witness, sign_directory
from lienthong.evidence.canonical_zip import read_zip, write_zip
from lienthong.evidence.checkpoint import Checkpoint, sign_checkpoint
from lienthong.evidence.cosignature import cosign, format_signature_line
from lienthong.evidence.erase import erase_exchange
from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.export import export_exchange
from lienthong.evidence.home import EvidenceHome
from lienthong.evidence.note import parse_note
from lienthong.evidence.one_file import verify_lienthong
from lienthong.evidence.package import ContentState, Manifest
from lienthong.evidence.proof import format_proof, parse_proof
from lienthong.evidence.statement import Received, Refused, Unknown, decode_statement, encode_statement
from lienthong.evidence.tree import leaf_hash
from lienthong.evidence.verify import verify_package
from lienthong.kernel.canonical import canonical_bytes, encode_base64url
from lienthong.kernel.errors import KernelError
from lienthong.kernel.keys import SigningKey, VerifyKey, make_signing_key
from tests.directory.repositories import Served
from tests.evidence.members import NOW, Members

if TYPE_CHECKING:
    from tests.evidence.members import Home, Sent

FILE = Path(verify_lienthong.__file__)
SMALL_ORDER = [bytes([1, *[0] * 31]), bytes(32), b"\xec" + b"\xff" * 30 + b"\x7f", bytes([*[0] * 31, 0x80])]


class Case(msgspec.Struct):
    """Packages of two exchanges as both sides export them, and of those without a whole answer."""

    root: SigningKey
    consumer: dict[str, bytes]
    provider: dict[str, bytes]
    other: dict[str, bytes]
    odd: tuple[bytes, ...]
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
        make_odd_packages(members),
        members.describe(),
    )
    members.close()
    return case


def export(home: Home, identifier: str) -> bytes:
    return export_exchange(EvidenceHome(home.folder), identifier)


def make_odd_packages(members: Members) -> tuple[bytes, ...]:
    """Give packages of a refusal, of an unknown outcome, without an answer, and with erased content."""
    refused, unknown, silent, erased = (members.ask(b"question") for _ in range(4))
    members.end(refused, Refused(answers=leaf(refused), code="not_granted", to=members.consumer.origin))
    members.end(unknown, Unknown(answers=leaf(unknown)))
    members.answer(erased)
    members.publish()
    erase_exchange(EvidenceHome(members.consumer.folder), erased.exchange)
    asked = (refused, unknown, silent, erased)
    return tuple(export(members.consumer, each.exchange) for each in asked)


def leaf(sent: Sent) -> str:
    return encode_base64url(sent.committed.leaf)


def run(folder: Path, raw: bytes, root: VerifyKey) -> subprocess.CompletedProcess[str]:
    """Run the file as a citizen does: alone, isolated from everything that is installed."""
    package = folder / "package.zip"
    package.write_bytes(raw)
    command = [sys.executable, "-I", str(FILE), str(package), f"--root={encode_base64url(root.raw)}"]
    environment = {"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8", env=environment)


def require_refused(folder: Path, parts: bytes | dict[str, bytes], root: VerifyKey) -> str:
    """Require that both verifiers refuse; give what the file says."""
    raw = write_zip(parts) if isinstance(parts, dict) else parts
    with pytest.raises(EvidenceError):
        verify_package(raw, root)
    done = run(folder, raw, root)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("NOT PROVEN")
    return done.stderr


def is_refused(raw: bytes, root: VerifyKey) -> bool:
    """Ask the file's own function, for where a process each would take too long."""
    try:
        verify_lienthong.verify_package(raw, root.raw)
    except (verify_lienthong.RefusalError, *verify_lienthong.MALFORMED):
        return True
    return False


def test_the_file_imports_nothing_but_the_standard_library() -> None:
    words = [line.split()[1] for line in FILE.read_text().splitlines() if line.startswith(("import ", "from "))]
    assert {word.partition(".")[0] for word in words} <= sys.stdlib_module_names


def test_good_packages_are_proven_and_the_text_says_who_asked_whom(case: Case, tmp_path: Path) -> None:
    for parts in (case.consumer, case.provider, case.other):
        raw = write_zip(parts)
        verdict = verify_package(raw, case.root.verify_key)
        done = run(tmp_path, raw, case.root.verify_key)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("proven / ĐÃ CHỨNG MINH")
        said = (verdict.exchange, verdict.consumer.id, verdict.consumer.member, verdict.provider.id, "status 200")
        for word in (*said, f"{verdict.method} {verdict.target}", verdict.purpose, "not witnessed"):
            assert word is not None
            assert word in done.stdout


def test_packages_without_a_whole_answer_are_proven_as_far_as_they_go(case: Case, tmp_path: Path) -> None:
    told = ("refused: not_granted", "its answer was not recorded", "none in this package", "not shown")
    for raw, words in zip(case.odd, told, strict=True):
        verify_package(raw, case.root.verify_key)
        done = run(tmp_path, raw, case.root.verify_key)
        assert (done.returncode, done.stderr) == (0, "")
        assert words in done.stdout


def test_each_altered_part_is_refused_and_named(case: Case, tmp_path: Path) -> None:
    for side in (case.consumer, case.provider):
        for name, content in side.items():
            middle = len(content) // 2
            altered = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
            message = require_refused(tmp_path, side | {name: altered}, case.root.verify_key)
            assert name.partition("/")[0] in message or "malformed" in message


def test_flipped_bytes_of_the_file_are_refused(case: Case) -> None:
    raw = write_zip(case.consumer)
    for at in range(0, len(raw), 17):
        assert is_refused(raw[:at] + bytes([raw[at] ^ 0x20]) + raw[at + 1 :], case.root.verify_key), at


def test_altered_parts_in_a_new_zip_are_refused(case: Case) -> None:
    for side in (case.consumer, case.provider):
        for name, content in side.items():
            for at in range(0, len(content), 37):
                altered = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
                assert is_refused(write_zip(side | {name: altered}), case.root.verify_key), (name, at)


@pytest.mark.parametrize("name", ["salt", "header", "body", "proof", "statement.json"])
def test_parts_of_others_are_refused(case: Case, tmp_path: Path, name: str) -> None:
    one, two = f"request/{name}", f"response/{name}"
    swapped = case.consumer | {one: case.consumer[two], two: case.consumer[one]}
    require_refused(tmp_path, swapped, case.root.verify_key)
    for part in (one, two):
        require_refused(tmp_path, case.consumer | {part: case.other[part]}, case.root.verify_key)


def test_the_answer_of_another_exchange_is_refused(case: Case, tmp_path: Path) -> None:
    foreign = {name: part for name, part in case.other.items() if name.startswith("response/")}
    message = require_refused(tmp_path, case.consumer | foreign, case.root.verify_key)
    assert "it does not answer this request" in message


def test_a_missing_receipt_or_part_and_an_extra_one_are_refused(case: Case, tmp_path: Path) -> None:
    for name in case.consumer:
        rest = {other: part for other, part in case.consumer.items() if other != name}
        require_refused(tmp_path, rest, case.root.verify_key)
    require_refused(tmp_path, case.consumer | {"request/note": b"hello"}, case.root.verify_key)
    require_refused(tmp_path, case.consumer | {"request/timestamp": b"hello"}, case.root.verify_key)
    require_refused(tmp_path, write_zip(case.consumer) + b"\0", case.root.verify_key)
    require_refused(tmp_path, b"", case.root.verify_key)


def test_the_manifest_cannot_claim_anything_else(case: Case, tmp_path: Path) -> None:
    manifest = msgspec.json.decode(case.consumer["manifest.json"], type=Manifest)
    provider = "DEMO/GOV/Z99.02/GW1/1"
    changes: list[dict[str, object]] = [
        {"exchange": "another"},
        {"sender": provider},
        {"keeper": provider},
        {"keeper": "DEMO/GOV/Z99.03/GW1/1"},
        {"request": ContentState.ERASED},
    ]
    for change in changes:
        altered = msgspec.json.encode(msgspec.structs.replace(manifest, **change))
        require_refused(tmp_path, case.consumer | {"manifest.json": altered}, case.root.verify_key)


def test_another_root_and_a_directory_of_other_hands_are_refused(case: Case, tmp_path: Path) -> None:
    message = require_refused(tmp_path, case.consumer, make_signing_key().verify_key)
    assert "not signed by the root key" in message
    foreign = sign_directory(case.directory, make_signing_key())
    require_refused(tmp_path, case.consumer | {"directory.json": foreign}, case.root.verify_key)
    spaced = case.consumer["directory.json"].replace(b'"signed":', b'"signed": ')
    require_refused(tmp_path, case.consumer | {"directory.json": spaced}, case.root.verify_key)


def with_consumer_log(case: Case, log: LogKey, *witnesses: Witness) -> dict[str, bytes]:
    """Give the consumer's package under a directory, truly signed, with another log of the consumer's."""
    one, two = case.directory.gateways
    directory = msgspec.structs.replace(
        case.directory, gateways=(msgspec.structs.replace(one, logs=(log,)), two), witnesses=witnesses
    )
    return case.consumer | {"directory.json": sign_directory(directory, case.root)}


def test_logs_that_are_unlisted_closed_or_younger_are_refused(case: Case, tmp_path: Path) -> None:
    log = case.directory.gateways[0].logs[0]
    checkpoint = parse_proof(case.consumer["request/proof"]).checkpoint.split(b"\n")
    size, root = int(checkpoint[1]), checkpoint[2].decode().translate(str.maketrans("+/", "-_", "="))
    closure = LogClosure(size, root, NOW + 99, "restored")
    accepted = with_consumer_log(case, msgspec.structs.replace(log, closed=closure))
    verify_package(write_zip(accepted), case.root.verify_key)
    assert run(tmp_path, write_zip(accepted), case.root.verify_key).returncode == 0
    shorter = msgspec.structs.replace(closure, size=size - 1)
    for forged in (
        msgspec.structs.replace(log, key=make_signing_key().verify_key),
        msgspec.structs.replace(log, closed=shorter),
        msgspec.structs.replace(log, since=NOW * 2),
        LogKey("DEMO/GOV/Z99.01/GW1/2", log.key, NOW),
    ):
        require_refused(tmp_path, with_consumer_log(case, forged), case.root.verify_key)


def test_a_cosignature_from_before_the_closing_is_judged_as_by_the_gateways(case: Case, tmp_path: Path) -> None:
    log = case.directory.gateways[0].logs[0]
    witness, root = make_signing_key(), case.root.verify_key
    closure = LogClosure(1_000_000, encode_base64url(bytes(32)), NOW + 500_000, "stolen")
    for name, late, holds in (("DEMO/witness", -1, True), ("DEMO/witness", 1, False), ("DEMO/GOV/Z99.01/W", -1, False)):
        listed = Witness(name, witness.verify_key, "http://127.0.0.1:1")
        parts = with_consumer_log(case, msgspec.structs.replace(log, closed=closure), listed)
        for part in ("request/proof", "response/received/proof"):
            proof = parse_proof(parts[part])
            line = cosign(parse_note(proof.checkpoint).text, name, witness, closure.time // 1000 + late)
            note = proof.checkpoint + format_signature_line(line)
            parts[part] = format_proof(proof.index, proof.path, note)
        if holds:
            verify_package(write_zip(parts), root)
            assert name in run(tmp_path, write_zip(parts), root).stdout
        else:
            assert "was closed" in require_refused(tmp_path, parts, root)


def test_the_chain_of_roots_and_targets_is_followed(case: Case, tmp_path: Path) -> None:
    served = Served(case.directory)
    kept, anchor = served.files.kept, served.offline.root[0].verify_key
    target = next(raw for name, raw in kept.items() if name.endswith(".directory.json"))
    chain = msgspec.json.decode(join_chain([kept["metadata/1.root.json"]], kept["metadata/1.targets.json"], target))
    package = case.consumer | {"directory.json": canonical_bytes(chain)}
    verify_package(write_zip(package), anchor)
    assert run(tmp_path, write_zip(package), anchor).returncode == 0
    require_refused(tmp_path, package, make_signing_key().verify_key)
    served.repository.rotate(served.offline.root, served.offline, served.online, 2)
    roots = [kept["metadata/1.root.json"], kept["metadata/2.root.json"]]
    rotated = case.consumer | {"directory.json": join_chain(roots, kept["metadata/1.targets.json"], target)}
    verify_package(write_zip(rotated), anchor)
    assert run(tmp_path, write_zip(rotated), anchor).returncode == 0
    foreign = Served(case.directory).files.kept["metadata/1.root.json"]
    first, targets = chain["roots"][0], chain["targets"]
    changes: list[dict[str, object]] = [
        {"directory": chain["directory"] | {"version": 99}},
        {"roots": []},
        {"roots": [first, first]},
        {"roots": [msgspec.json.decode(foreign)]},
        {"roots": [first, msgspec.json.decode(foreign)]},
        {"roots": [first | {"signatures": []}]},
        {"targets": targets | {"signatures": []}},
        {"targets": targets | {"signed": targets["signed"] | {"version": 99}}},
        {"targets": first},
        {"more": {}},
    ]
    for change in changes:
        forged = canonical_bytes(chain | change)
        require_refused(tmp_path, case.consumer | {"directory.json": forged}, anchor)


def test_what_a_lying_gateway_signs_about_a_message_is_refused(tmp_path: Path) -> None:
    members = Members(tmp_path / "members")
    parts = read_zip(export(members.consumer, members.exchange().id))
    members.close()
    name = "response/received/statement.json"
    received = decode_statement(parts[name])
    assert isinstance(received, Received)
    for lie in ({}, {"leaf": encode_base64url(bytes(32))}, {"size": received.size + 1}, {"exchange": "another"}):
        statement = encode_statement(msgspec.structs.replace(received, **lie))
        head = Checkpoint(members.consumer.origin, 1, leaf_hash(statement))
        proof = format_proof(0, (), sign_checkpoint(head, members.consumer.key))
        forged = parts | {name: statement, "response/received/proof": proof}
        if lie:
            assert "names another" in require_refused(tmp_path, forged, members.root.verify_key)
        else:
            verify_package(write_zip(forged), members.root.verify_key)
            assert run(tmp_path, write_zip(forged), members.root.verify_key).returncode == 0


def test_a_request_of_a_closed_log_needs_a_receipt_from_before(case: Case, tmp_path: Path) -> None:
    log = case.directory.gateways[0].logs[0]
    closed = msgspec.structs.replace(log, closed=LogClosure(1, encode_base64url(bytes(32)), NOW + 99, "stolen"))
    directory = with_consumer_log(case, closed)["directory.json"]
    message = require_refused(tmp_path, case.provider | {"directory.json": directory}, case.root.verify_key)
    assert "request/proof: its log was closed" in message


def test_a_path_or_a_checkpoint_that_was_changed_is_refused(case: Case, tmp_path: Path) -> None:
    proof = parse_proof(case.consumer["request/proof"])
    for index, path, extra in (
        (proof.index + 1, proof.path, b""),
        (proof.index, proof.path[1:], b""),
        (proof.index, (*proof.path, bytes(32)), b""),
        (proof.index, (bytes(32), *proof.path[1:]), b""),
        (proof.index, proof.path, b"a note to the reader"),
    ):
        forged = format_proof(index, path, proof.checkpoint, extra)
        require_refused(tmp_path, case.consumer | {"request/proof": forged}, case.root.verify_key)
    other = parse_proof(case.consumer["response/proof"]).checkpoint
    forged = format_proof(proof.index, proof.path, other)
    require_refused(tmp_path, case.consumer | {"request/proof": forged}, case.root.verify_key)


def test_signatures_are_judged_as_by_the_gateways() -> None:
    key = make_signing_key()
    order = 2**252 + 27742317777372353535851937790883648493
    for number in range(8):
        message = bytes([number]) * number
        good = key.sign(message)
        scalar = int.from_bytes(good[32:], "little")
        tried = [
            good,
            good[:32] + (scalar + order).to_bytes(32, "little"),
            bytes(64),
            good[:-1],
            good[:31] + good[30:-1],
        ]
        for signature in tried:
            judged = verify_lienthong.is_signed(key.verify_key.raw, message, signature)
            assert judged == is_accepted(key.verify_key, message, signature) == (signature == good)
    for raw in SMALL_ORDER:
        signature = raw + bytes(32)
        assert not verify_lienthong.is_signed(raw, b"", signature)
        assert not is_accepted(VerifyKey(raw), b"", signature)


def is_accepted(key: VerifyKey, message: bytes, signature: bytes) -> bool:
    try:
        key.verify(message, signature)
    except KernelError:
        return False
    return True
