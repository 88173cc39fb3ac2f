"""Receipts: what was filed, when and under which code, signed with the office's Ed25519 key.

A receipt is RFC 8785 JSON. It commits to all that was filed by a hash and holds nothing personal, so that it can be
shown to anybody and outlives erasure.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.models import FiledReceipt
from lienthong.kernel.canonical import canonical_bytes, decode_base64url, encode_base64url
from lienthong.kernel.errors import KernelError

if TYPE_CHECKING:
    from lienthong.cases.actions import Submitted
    from lienthong.kernel.keys import SigningKey, VerifyKey

CONTEXT: Final = b"lienthong/case-receipt/1\n"
"""Signed before the receipt's bytes, so that no other thing signed by this key is taken for a receipt."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A signed receipt: its parts, the bytes that were signed, the signature, and the key that verifies it."""

    code: str
    case_id: UUID
    submitted_at: datetime
    expected_due: date | None
    body: bytes
    signature: str
    key: str


@dataclass(frozen=True, slots=True)
class Filed:
    """What a receipt says of a filing."""

    instance: str
    case_id: UUID
    submitted: Submitted
    content_hash: bytes
    submitted_at: datetime
    expected_due: date | None


def sign_receipt(key: SigningKey, filed: Filed) -> Receipt:
    """Make the receipt of a filing."""
    body = canonical_bytes(
        {
            "case": str(filed.case_id),
            "channel": filed.submitted.channel.value,
            "code": filed.submitted.code,
            "content_sha256": filed.content_hash.hex(),
            "expected_due": filed.expected_due.isoformat() if filed.expected_due else None,
            "instance": filed.instance,
            "office": filed.submitted.unit,
            "procedure": filed.submitted.procedure,
            "submitted_at": filed.submitted_at.astimezone(UTC).isoformat(),
            "version": filed.submitted.version.isoformat(),
        }
    )
    return _make(body, encode_base64url(key.sign(CONTEXT + body)), encode_base64url(key.verify_key.raw))


def verify_receipt(body: bytes, signature: str, key: VerifyKey) -> Receipt:
    """Give what a receipt says if the key signed it; raises BAD_RECEIPT."""
    try:
        key.verify(CONTEXT + body, decode_base64url(signature))
        receipt = _make(body, signature, encode_base64url(key.raw))
        is_canonical = canonical_bytes(json.loads(body)) == body
    except (KernelError, ValueError, KeyError, TypeError) as error:
        raise CasesError(CasesErrorKind.BAD_RECEIPT, f"receipt: it is not as it was signed ({error})") from error
    if not is_canonical:
        raise CasesError(CasesErrorKind.BAD_RECEIPT, "receipt: expected RFC 8785 JSON, got another spelling")
    return receipt


def keep_receipt(receipt: Receipt) -> None:
    """Write the receipt down, in the filing's transaction."""
    FiledReceipt.objects.create(
        case_id=receipt.case_id,
        body=receipt.body,
        signature=decode_base64url(receipt.signature),
        key=decode_base64url(receipt.key),
    )


def get_receipt(case_id: UUID) -> Receipt:
    """Give the receipt of a case, as it was first given."""
    row = FiledReceipt.objects.filter(pk=case_id).first()
    if row is None:
        raise CasesError(CasesErrorKind.UNKNOWN_CASE, f"case {case_id}: there is no receipt of it")
    return _make(bytes(row.body), encode_base64url(bytes(row.signature)), encode_base64url(bytes(row.key)))


def _make(body: bytes, signature: str, key: str) -> Receipt:
    told: dict[str, Any] = json.loads(body)
    due = told["expected_due"]
    return Receipt(
        code=told["code"],
        case_id=UUID(told["case"]),
        submitted_at=datetime.fromisoformat(told["submitted_at"]),
        expected_due=date.fromisoformat(due) if due else None,
        body=body,
        signature=signature,
        key=key,
    )
