"""The sandbox's directory as a TUF repository in a folder: what its server serves, and the one chained document.

The offline keys lie beside what they sign, and gateways are listed without a person's look at their requests: fit for a
sandbox only. All else is as an operator has it (docs/operate.md), the witness that the server keeps included.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.directory.chain import join_chain
from lienthong.directory.members import Witness, format_directory
from lienthong.directory.office import Office
from lienthong.directory.tls_files import public_der
from lienthong.evidence.cosignature import parse_cosigner
from lienthong.evidence.witnessing.beside_directory import FOLDER, PATH, WitnessBesideDirectory
from lienthong.evidence.witnessing.home import NAME_FILE
from lienthong.kernel.canonical import decode_base64url
from lienthong.kernel.durable import replace_file
from lienthong.kernel.keys import VerifyKey, load_private
from lienthong.sandbox.errors import SandboxError, SandboxErrorKind
from lienthong.sandbox.gateway_home import write_private

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.directory.members import Directory
    from lienthong.kernel.clock import Clock
    from lienthong.sandbox.gateway_home import GatewayHome

UNFINISHED: Final = ".directory.new"
"""Beside the repository's folder while it is made: a crash leaves this one, which the next call takes away."""


def open_office(folder: Path, instance: str, clock: Clock) -> Office:
    """Give the directory's office in `folder`, made with keys and without members if it is new."""
    if not folder.exists():
        unfinished = folder.with_name(UNFINISHED)
        shutil.rmtree(unfinished, ignore_errors=True)
        Office(unfinished, clock).create(instance, 1, 1)
        unfinished.replace(folder)
    return Office(folder, clock)


def read_root(office: Office) -> VerifyKey:
    """Give the root key that gateways and verifiers trust."""
    return VerifyKey(decode_base64url((office.folder / "root.txt").read_text().strip()))


def list_witness(office: Office, address: str) -> Witness:
    """Give the directory's own witness as it is listed when the server listens at `address`; made at the first call."""
    own = office.folder / FOLDER / NAME_FILE
    if not own.exists():
        instance = office.repository.directory_content().instance
        return WitnessBesideDirectory().make(office.folder, instance, address)
    cosigner = parse_cosigner(own.read_text("utf-8").strip())
    return Witness(cosigner.name, cosigner.key, f"http://{address}{PATH}")


def publish_chained(office: Office, directory: Directory) -> bytes:
    """Publish a directory's content as the repository's next version, and give the chained document of it.

    `directory.file` takes that document, under the root key (docs/wire.md). Raises `DirectoryError` where a key or log
    that was listed before would be forgotten.
    """
    before = office.repository.directory_content()
    office.publish(msgspec.structs.replace(directory, version=max(directory.version, before.version + 1)))
    metadata = office.public / "metadata"
    roots = [path.read_bytes() for _, path in _versions(metadata, "root")]
    (_, targets) = _versions(metadata, "targets")[-1]
    return join_chain(roots, targets.read_bytes(), format_directory(office.repository.directory_content()))


def certify(office: Office, home: GatewayHome) -> None:
    """Write the certificate of a listed gateway's TLS key into its home: as the server gives it to who asks."""
    public = public_der(load_private(home.keys / "tls.key"))
    replace_file(office.folder / "gateways" / f"{home.tls_fingerprint}.der", public)
    certificate = office.certificate(home.tls_fingerprint)
    if certificate is None:
        message = f"expected the directory to list the TLS key of {home.gateway}, it does not"
        raise SandboxError(SandboxErrorKind.FEDERATION, message)
    write_private(home.keys / "tls.pem", certificate)


def _versions(metadata: Path, role: str) -> list[tuple[int, Path]]:
    return sorted((int(path.name.partition(".")[0]), path) for path in metadata.glob(f"*.{role}.json"))
