"""What travels between us and the national portal, each way, as frozen forms that refuse unknown fields.

[second-hand]: the fields that docs/national-portal.md lists as such. [assumed]: MaDongBo and SoThuTu (an idempotency
mark and an order for progress), every answer, how days are written (ISO 8601), and all that comes in: no specification
of them was read.
"""

from __future__ import annotations

from datetime import date, datetime  # Struct fields are read at run time
from enum import IntEnum
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, field

from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.forms import ABOUT
from lienthong.cases.numbering import parse_code
from lienthong.cases.words import Channel, NationalStatus

Code = Annotated[str, Meta(pattern=r"^[^\x00-\x1f]+$", max_length=50)]
"""No control character: the database takes none, and one such line would hold up all filings behind it."""
Text = Annotated[str, Meta(max_length=2000)]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Number = Annotated[str, Meta(pattern="^[0-9]{12}$")]
FileId = Annotated[str, Meta(pattern="^[0-9A-Za-z-]{1,64}$")]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Moment = Annotated[datetime, Meta(tz=True)]

MOST_PAPERS: Final = 50
"""Of one filing; the forms here ask for fewer than ten."""


class NationalChannel(IntEnum):
    """KenhThucHien [second-hand]: how a case came in."""

    COUNTER = 1
    ONLINE = 2
    POST = 3


class FeeTime(IntEnum):
    """HinhThucThu [second-hand]: when a fee is taken."""

    AT_RECEIPT = 1
    WITH_SUPPLEMENT = 2
    AT_RETURN = 4


CHANNELS: Final = {
    NationalChannel.COUNTER: Channel.COUNTER,
    NationalChannel.ONLINE: Channel.ONLINE,
    NationalChannel.POST: Channel.POST,
}


class _Document(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One document of either side."""


class Person(_Document, frozen=True):
    """ThongTinNguoiNop: who filed."""

    number: Number = field(name="SoDinhDanh")
    name: Name = field(name="HoTen")
    province: Annotated[str, Meta(max_length=10)] = field(name="MaTinh", default="")
    commune: Annotated[str, Meta(max_length=10)] = field(name="MaXa", default="")


class Paper(_Document, frozen=True):
    """One of ThanhPhanHoSo: a paper by its file there. `question` [assumed] names the question that it answers."""

    file_id: FileId = field(name="IdTepTin")
    sha256: Sha256 = field(name="MaBam")
    name: Name = field(name="TenThanhPhan")
    question: Annotated[str, Meta(max_length=60)] = field(name="TruongTuongUng", default="")


class Fee(_Document, frozen=True):
    """One of LePhi: what is to be paid, in đồng, and when."""

    name: Name = field(name="TenLePhi")
    amount: Annotated[int, Meta(ge=0)] = field(name="SoTien")
    taken: FeeTime = field(name="HinhThucThu")


class TokenAsked(_Document, frozen=True):
    """Get token."""

    account: Name = field(name="TaiKhoan")
    secret: Name = field(name="MatKhau")


class TokenGiven(_Document, frozen=True):
    """The token, and for how many seconds it holds."""

    token: Annotated[str, Meta(min_length=1, max_length=4096)] = field(name="MaTruyCap")
    seconds: Annotated[int, Meta(ge=1)] = field(name="HieuLucGiay")


class NumberAsked(_Document, frozen=True):
    """Next case number."""

    unit: Code = field(name="MaDonViTiepNhan")
    procedure: Code = field(name="MaTTHC")


class NumberGiven(_Document, frozen=True):
    """The number."""

    code: Code = field(name="MaHoSo")


class FileTaken(_Document, frozen=True):
    """A file that was uploaded: its id there, and the hash of what arrived."""

    file_id: FileId = field(name="IdTepTin")
    sha256: Sha256 = field(name="MaBam")


class CaseMade(_Document, frozen=True):
    """Create case."""

    code: Code = field(name="MaHoSo")
    procedure: Code = field(name="MaTTHC")
    holder: Name = field(name="ChuHoSo")
    unit: Code = field(name="MaDonViTiepNhan")
    filed_at: Moment = field(name="NgayNop")
    channel: NationalChannel = field(name="KenhThucHien")
    person: Person = field(name="ThongTinNguoiNop")
    received_at: Moment | None = field(name="NgayTiepNhan", default=None)
    papers: Annotated[tuple[Paper, ...], Meta(max_length=MOST_PAPERS)] = field(name="ThanhPhanHoSo", default=())


class Progress(_Document, frozen=True):
    """Progress: one thing done to a case."""

    code: Code = field(name="MaHoSo")
    mark: Code = field(name="MaDongBo")
    order: Annotated[int, Meta(ge=1)] = field(name="SoThuTu")
    handler: Name = field(name="NguoiXuLy")
    at: Moment = field(name="ThoiDiemXuLy")
    unit: Code = field(name="PhongBanXuLy")
    text: Text = field(name="NoiDungXuLy")
    status: NationalStatus = field(name="TrangThai")
    began_at: Moment = field(name="NgayBatDau")
    due_on: date | None = field(name="NgayKetThucTheoQuyDinh", default=None)


class StatusTold(_Document, frozen=True):
    """Status alone."""

    code: Code = field(name="MaHoSo")
    status: NationalStatus = field(name="TrangThai")


class Arrived(_Document, frozen=True):
    """Says of a filing that it arrived here, and under which code of ours [assumed]."""

    code: Code = field(name="MaHoSo")
    own_code: Code = field(name="MaHoSoDonVi")


class Taken(_Document, frozen=True):
    """What it answers: written down now, or before."""

    result: Literal["da-ghi", "da-co"] = field(name="KetQua")


class NotTaken(_Document, frozen=True):
    """What it answers where it takes something not."""

    kind: Annotated[str, Meta(max_length=60)] = field(name="Loi")
    text: Text = field(name="MoTa")


class FilingLine(_Document, frozen=True):
    """One filing of a list [assumed]."""

    code: Code = field(name="MaHoSo")
    status: NationalStatus = field(name="TrangThai")


class FilingList(_Document, frozen=True):
    """Filings for our units [assumed]."""

    filings: tuple[FilingLine, ...] = field(name="HoSo")


class InboundFiling(_Document, frozen=True):
    """A filing as it comes in [assumed, all of it]: what was typed, under the names of the procedure's form."""

    code: Code = field(name="MaHoSo")
    procedure: Code = field(name="MaTTHC")
    unit: Code = field(name="MaDonViTiepNhan")
    channel: NationalChannel = field(name="KenhThucHien")
    filed_at: Moment = field(name="NgayNop")
    holder: Name = field(name="ChuHoSo")
    person: Person = field(name="ThongTinNguoiNop")
    level: Literal[1, 2] = field(name="MucDoXacThuc")
    answers: dict[str, Any] = field(name="DuLieuToKhai")
    papers: Annotated[tuple[Paper, ...], Meta(max_length=MOST_PAPERS)] = field(name="ThanhPhanHoSo", default=())
    fees: Annotated[tuple[Fee, ...], Meta(max_length=MOST_PAPERS)] = field(name="LePhi", default=())


Form = TypeVar("Form", bound=_Document)


def read_document(raw: bytes, form: type[Form]) -> Form:
    """Read what came from the portal; raises BAD_PORTAL_DOCUMENT, which quotes nothing of what people typed."""
    try:
        return msgspec.json.decode(raw, type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise CasesError(CasesErrorKind.BAD_PORTAL_DOCUMENT, f"portal: {form.__name__}: {error}") from error


def read_filing(raw: bytes) -> InboundFiling:
    """Read a filing; raises BAD_PORTAL_DOCUMENT, also where its code has none of the known forms."""
    filing = read_document(raw, InboundFiling)
    require_code(filing.code)
    if any(name.startswith(ABOUT) for name in filing.answers):
        # Such names say where answers come from; that is ours to say, and an officer relies on it.
        message = f"portal: filing {filing.code}: DuLieuToKhai has a name that begins with {ABOUT}"
        raise CasesError(CasesErrorKind.BAD_PORTAL_DOCUMENT, message)
    questions = [paper.question for paper in filing.papers if paper.question]
    if len(set(questions)) < len(questions) or set(questions) & set(filing.answers):
        message = f"portal: filing {filing.code}: a question is answered twice in DuLieuToKhai and ThanhPhanHoSo"
        raise CasesError(CasesErrorKind.BAD_PORTAL_DOCUMENT, message)
    return filing


def require_code(code: str) -> None:
    """Refuse a number of the portal's that is no code of a case; raises BAD_PORTAL_DOCUMENT."""
    try:
        parse_code(code)
    except CasesError as error:
        raise CasesError(CasesErrorKind.BAD_PORTAL_DOCUMENT, f"portal: MaHoSo: {error.message}") from error


def write_document(document: _Document) -> bytes:
    """Write what goes to the portal."""
    return msgspec.json.encode(document)
