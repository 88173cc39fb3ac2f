"""Signs papers with an agency's key (PAdES, baseline B) and checks such signatures without a network.

A signature certifies the file: nothing may be added to it afterwards. It stands beside what is printed, so a paper
shows itself who signed it. The time in it is the signer's own; a time-stamp of a third party is not asked for.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError, ValueErrorWithMessage
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from typing import Protocol

    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    class PaperSigner(Protocol):
        """Signs a PDF in an agency's name; a key in a hardware module is another one of these."""

        def sign(self, pdf: bytes, reason: str, location: str) -> bytes:
            """Give the file with its signature."""


FIELD: Final = "AgencySignature"
DIGEST: Final = "sha256"


@dataclass(frozen=True, slots=True)
class KeySigner:
    """Signs with a key in this process."""

    signer: signers.SimpleSigner

    def sign(self, pdf: bytes, reason: str, location: str) -> bytes:
        """Add one signature that allows no later change; the file before it stays byte for byte."""
        metadata = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm=DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            reason=reason,
            location=location,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        signed = io.BytesIO()
        try:
            writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
            signers.PdfSigner(metadata, self.signer).sign_pdf(writer, output=signed)
        except (PdfError, SigningError, ValueErrorWithMessage) as error:
            raise DocumentError(DocumentErrorKind.NO_KEY, f"the paper cannot be signed: {error}") from error
        return signed.getvalue()


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """The agencies' keys: `UNIT.p12` (PKCS#12) with its password in `UNIT.password`, for each agency code."""

    folder: Path

    def get_signer(self, unit: str) -> KeySigner:
        """Give the agency's signer; NO_KEY if it has none or the file cannot be opened."""
        path = self.folder / f"{unit}.p12"
        try:
            return _load_signer(path, path.stat().st_mtime_ns)
        except OSError as error:
            message = f"no key to sign for {unit}: {path} cannot be read ({error.strerror}); see docs/papers.md"
            raise DocumentError(DocumentErrorKind.NO_KEY, message) from error

    def holds(self, unit: str) -> bool:
        """Whether there is a key for the agency."""
        return (self.folder / f"{unit}.p12").is_file()


@lru_cache(maxsize=64)
def _load_signer(path: Path, _changed_ns: int) -> KeySigner:
    """Read a key file; a file that was replaced has another time and is read again."""
    password = path.with_suffix(".password").read_bytes().strip()
    signer = signers.SimpleSigner.load_pkcs12(str(path), passphrase=password)  # type: ignore[no-untyped-call] # pyHanko gives it no types
    if signer is None:
        message = f"{path} is no PKCS#12 file that the password beside it opens; see docs/papers.md"
        raise DocumentError(DocumentErrorKind.NO_KEY, message)
    return KeySigner(signer)


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """What a file's signature says: whole, by whom, under a trusted root, and when by the signer's own word."""

    is_valid: bool
    is_trusted: bool
    signer: str
    signed_at: datetime | None


def _covers_all(found: EmbeddedPdfSignature, pdf: bytes) -> bool:
    """Whether the signature reaches the file's last byte; the library passes over what follows the last revision."""
    _, _, last_start, last_length = found.byte_range
    return bool(last_start + last_length == len(pdf))


UNSIGNED: Final = SignatureReport(is_valid=False, is_trusted=False, signer="", signed_at=None)


def check_signature(pdf: bytes, roots: bytes) -> SignatureReport:
    """Check the file's one signature against the roots given (PEM, none is empty), and nothing from a network.

    Valid means that the signature is right, covers the whole file, and nothing was added since.
    """
    try:
        found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        if len(found) != 1:
            return UNSIGNED
        context = ValidationContext(
            trust_roots=list(load_certs_from_pemder_data(roots)) if roots else [],
            allow_fetching=False,
            revocation_mode="soft-fail",
        )
        status = validate_pdf_signature(found[0], context)
    except (PdfError, SignatureValidationError, ValueError, KeyError, TypeError, AttributeError):
        return UNSIGNED
    subject = status.signing_cert.subject.native
    return SignatureReport(
        is_valid=bool(status.intact and status.valid and status.docmdp_ok and _covers_all(found[0], pdf)),
        is_trusted=bool(status.trusted),
        signer=str(subject.get("common_name", "")),
        signed_at=status.signer_reported_dt,
    )
