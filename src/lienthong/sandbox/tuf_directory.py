"""The sandbox's directory as a TUF repository in a folder, and the one chained document that gateways read from a file.

`directory.file` takes either form (docs/wire.md): what `publish_chained` gives can stand where the plain signed file
stands now, under the root key that it gives. The offline keys lie beside it, which is fit for a sandbox only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from lienthong.directory.chain import join_chain
from lienthong.directory.members import format_directory
from lienthong.directory.office import Office
from lienthong.kernel.canonical import decode_base64url
from lienthong.kernel.keys import VerifyKey

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.directory.members import Directory
    from lienthong.kernel.clock import Clock


class ChainedDirectory(NamedTuple):
    """The root key to trust, and the document under it."""

    root: VerifyKey
    document: bytes


def publish_chained(folder: Path, directory: Directory, clock: Clock) -> ChainedDirectory:
    """Publish a directory's content as the next version of the repository in `folder`, which is made if it is new.

    Raises `DirectoryError` where a key or log that was listed before would be forgotten.
    """
    office = Office(folder, clock)
    if not (folder / "root.txt").exists():
        office.create(directory.instance, 1, 1)
    before = office.repository.directory_content()
    office.publish(msgspec.structs.replace(directory, version=max(directory.version, before.version + 1)))
    root = VerifyKey(decode_base64url((folder / "root.txt").read_text().strip()))
    return ChainedDirectory(root, _chain(office))


def _chain(office: Office) -> bytes:
    metadata = office.public / "metadata"
    roots = [path.read_bytes() for _, path in _versions(metadata, "root")]
    targets = [path.read_bytes() for _, path in _versions(metadata, "targets")]
    return join_chain(roots, targets[-1], format_directory(office.repository.directory_content()))


def _versions(metadata: Path, role: str) -> list[tuple[int, Path]]:
    return sorted((int(path.name.partition(".")[0]), path) for path in metadata.glob(f"*.{role}.json"))
