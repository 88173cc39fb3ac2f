"""The chain from the one trusted root key to the directory: TUF's root and targets roles, checked without a network.

A *signed directory* as a gateway keeps it and an evidence package carries it is one RFC 8785 document:
`{"directory": {...}, "roots": [root 1, root 2, ...], "targets": {...}}`, with roots and targets as TUF metadata
(TUF specification 1.0). It holds for ever: expiry is not looked at here, and revocations are no part of it, for they
stop traffic and say nothing about what was proven before (rule 7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import SSlibKey
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Targets
from tuf.api.serialization import DeserializationError

from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.kernel.canonical import canonical_bytes
from lienthong.kernel.errors import KernelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienthong.kernel.keys import VerifyKey

DIRECTORY_TARGET: Final = "directory.json"
CHAIN_START: Final = b'{"directory":'
"""How a chained directory begins, for its keys are sorted; the plain envelope begins otherwise."""
MAX_ROOTS: Final = 256
"""Root rotations that are followed; at one a year for each of three keys more than a lifetime."""


class _Chained(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    directory: dict[str, Any]
    roots: tuple[dict[str, Any], ...]
    targets: dict[str, Any]


def join_chain(roots: Sequence[bytes], targets: bytes, directory: bytes) -> bytes:
    """Give the chained directory's one document; the parts are as the repository serves them."""
    decode = msgspec.json.decode
    return canonical_bytes(
        {"directory": decode(directory), "roots": [decode(root) for root in roots], "targets": decode(targets)}
    )


def verify_chain(document: bytes, anchor: VerifyKey) -> dict[str, Any]:
    """Give the directory's content if the chain from `anchor` to it holds.

    Raises `MALFORMED` or `BAD_SIGNATURE`: the first root must be signed by `anchor` and by as many of its own root
    keys as it says, each further root by as many of the one before and of its own, the targets by the last root's, and
    the targets must name these very bytes.
    """
    try:
        chained = msgspec.json.decode(document, type=_Chained)
        if canonical_bytes(msgspec.json.decode(document)) != document:
            raise _malformed("expected RFC 8785 bytes, got another spelling")
        roots = [_parse(root, Root) for root in chained.roots]
        targets = _parse(chained.targets, Targets)
        directory = canonical_bytes(chained.directory)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KernelError) as error:
        raise _malformed(str(error)) from error
    last = verify_roots(roots, anchor)
    try:
        last.verify_delegate(Targets.type, targets.signed_bytes, targets.signatures)
        listed = targets.signed.targets.get(DIRECTORY_TARGET)
        if listed is None:
            raise _malformed(f"the signed targets name no {DIRECTORY_TARGET}")
        listed.verify_length_and_hashes(directory)
    except (RepositoryError, ValueError) as error:
        raise _unsigned(str(error)) from error
    return chained.directory


def verify_roots(roots: Sequence[Metadata[Root]], anchor: VerifyKey) -> Root:
    """Give the last of consecutive roots, the first of which `anchor` signed; raises `BAD_SIGNATURE`."""
    if not 0 < len(roots) <= MAX_ROOTS:
        raise _malformed(f"expected 1 to {MAX_ROOTS} roots, got {len(roots)}")
    _require_anchor(roots[0], anchor)
    trusted = roots[0].signed
    try:
        trusted.verify_delegate(Root.type, roots[0].signed_bytes, roots[0].signatures)
        for root in roots[1:]:
            if not root.signed.get_root_verification_result(trusted, root.signed_bytes, root.signatures):
                raise _unsigned(
                    f"root {root.signed.version} has too few signatures of root {trusted.version} or itself"
                )
            trusted = root.signed
    except (RepositoryError, ValueError) as error:
        raise _unsigned(str(error)) from error
    return trusted


def verify_first_root(raw: bytes, anchor: VerifyKey) -> None:
    """Return if these bytes are a root's metadata that `anchor` signed: what a new gateway starts its trust from."""
    try:
        root = _parse(msgspec.json.decode(raw), Root)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _malformed(str(error)) from error
    verify_roots((root,), anchor)


def _require_anchor(root: Metadata[Root], anchor: VerifyKey) -> None:
    wanted = anchor.raw.hex()
    for keyid in root.signed.roles[Root.type].keyids:
        key = root.signed.keys.get(keyid)
        if isinstance(key, SSlibKey) and key.keytype == "ed25519" and key.keyval.get("public") == wanted:
            signature = root.signatures.get(keyid)
            if signature is not None:
                try:
                    key.verify_signature(signature, root.signed_bytes)
                except UnverifiedSignatureError as error:
                    raise _unsigned(str(error)) from error
                return
    raise _unsigned("the first root is not signed by the trusted key; check the root key")


def _parse(content: dict[str, Any], kind: type[Any]) -> Metadata[Any]:
    try:
        # A copy by spelling: TUF's reader takes the dicts apart.
        metadata: Metadata[Any] = Metadata.from_bytes(canonical_bytes(content))
    except (DeserializationError, KernelError) as error:
        raise _malformed(str(error)) from error
    if not isinstance(metadata.signed, kind):
        raise _malformed(f"expected metadata of {kind.__name__}, got {type(metadata.signed).__name__}")
    return metadata


def _malformed(reason: str) -> DirectoryError:
    return DirectoryError(DirectoryErrorKind.MALFORMED, f"directory: not a chain of signatures: {reason}")


def _unsigned(reason: str) -> DirectoryError:
    return DirectoryError(DirectoryErrorKind.BAD_SIGNATURE, f"directory: {reason}")
