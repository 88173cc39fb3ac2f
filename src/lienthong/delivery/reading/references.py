"""References to documents: the numbers of the State and of the Party, and short names such as Đề án 06.

State: 1811/QĐ-UBND, with the year where it is a norm 118/2025/NĐ-CP, 91/2025/QH15, letters 4975/VPCP-KSTT. Party:
12-NQ/TW. Spaces round the strokes, dashes of every sort and look-alikes of Đ are one spelling (`scan`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lienthong.delivery.reading.found import Reference, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_PARTY_KINDS: Final = (
    "NQLT|NQ|QĐi|QyĐ|QĐ|CTHĐ|CTr|CT|KL|QCPH|QC|TB|HD|KHLT|KH|BC|TTr|ĐA|CV|BS|BB|ĐK|PA|TL|TT|CĐ|HDLT|GM|PB"
)
_STATE_KINDS: Final = (
    "NQLT|NQ|NĐ|QĐ|QyĐ|CT|QC|TC|TB|HD|CTr|KH|PA|ĐA|DA|BC|BB|TTr|HĐ|CĐ|BGN|BTT|GUQ|GM|GGT|GNP|PG|PC|PB|TTLT|TT|PL|L"
)

_PARTY: Final = re.compile(
    rf"(?<![\w/.,-])(?P<number>\d{{1,5}}) ?- ?(?P<kind>{_PARTY_KINDS})"
    rf" ?/ ?(?P<issuer>[A-ZĐƯ]{{2,}}(?:-[A-ZĐƯ]{{2,}})?)(?![\w-])"
)
_STATE: Final = re.compile(
    rf"(?<![\w/.,-])(?P<number>\d{{1,5}})(?: ?/ ?(?P<year>(?:19|20)\d\d))? ?/ ?"
    rf"(?:(?P<kind>{_STATE_KINDS}) ?- ?(?P<issuer>[A-ZĐƯ][A-Za-zĐđƯ]*\d*(?:-[A-ZĐƯ][A-Za-zĐđƯ]*)*)"
    rf"|(?P<law>QH\d{{1,2}})"
    rf"|(?P<office>[A-ZĐƯ][A-Za-zĐđƯ]+(?:-[A-ZĐƯ][A-Za-zĐđƯ]*)+))(?![\w-])"
)
_CONGRESS: Final = re.compile(
    r"[Nn]ghị quyết (?:của )?Đại hội(?: đại biểu)?(?: toàn quốc| Đảng bộ(?: (?:tỉnh|thành phố|xã|phường))?| Đảng)?"
    r"(?P<whole>(?: tỉnh)?(?: lần thứ)? (?P<numeral>[IVX]+)(?!\w)(?: Đảng bộ (?:tỉnh|thành phố))?)?"
)
_NAMED: Final = re.compile(
    r"(?<!\w)(?P<kind>Đề án|Chương trình|Nghị quyết|Chỉ thị|Kết luận|Quyết định|Quy định|Kế hoạch|Nghị định|Thông tư)"
    r" (?:số )?(?P<number>\d{2,4})(?![\w/]|[.,-]\d| ?- ?[A-ZĐ]| ?/| năm| tháng| ngày| mục tiêu|%| %| trang| điều)"
)
_PLAN: Final = re.compile(r"[Qq]uy hoạch tỉnh[^.;,\d\n]{0,20}(?P<first>20\d\d) ?- ?(?P<last>20\d\d)")
_KIND_BEFORE: Final = re.compile(
    r"(?<!\w)(?:(?:nghị quyết|nghị định|quyết định|chỉ thị|kết luận|quy định|quy chế|kế hoạch|chương trình"
    r"|hướng dẫn|thông tư"
    r"(?: liên tịch)?|thông báo|báo cáo|tờ trình|công văn|công điện|văn bản|luật|pháp lệnh|đề án|bản sao"
    r"|số) )?(?:số ?:? ?)?$",
    re.IGNORECASE,
)
_WINDOW: Final = 30
_PLAN_NAME: Final = "Quy hoạch tỉnh"
_OUR_CENTURIES: Final = re.compile(r"(?:19|20)\d\d")


def find_references(scan: str) -> tuple[Reference, ...]:
    """Find the documents that a text names, in the order of the text."""
    found = [*_find_party(scan), *_find_state(scan), *_find_short_names(scan)]
    return tuple(sorted(found, key=lambda reference: reference.span))


def is_plan_of_years(reference: Reference) -> bool:
    """Tell whether a reference is a plan named by its years, which are a period of their own too."""
    return reference.value.startswith(_PLAN_NAME)


def _find_party(scan: str) -> Iterator[Reference]:
    for match in _PARTY.finditer(scan):
        number, kind, issuer = match["number"], match["kind"], match["issuer"]
        yield Reference(_span(match), f"{number}-{kind}/{issuer}", kind, issuer)


def _find_state(scan: str) -> Iterator[Reference]:
    for match in _STATE.finditer(scan):
        head = f"{match['number']}/{match['year']}" if match["year"] else match["number"]
        if match["law"]:
            yield Reference(_span(match), f"{head}/{match['law']}", "L", match["law"])
        elif match["office"]:
            yield Reference(_span(match), f"{head}/{match['office']}", "CV", match["office"])
        else:
            value = f"{head}/{match['kind']}-{match['issuer']}"
            yield Reference(_span(match), value, match["kind"], match["issuer"])


def _find_short_names(scan: str) -> Iterator[Reference]:
    for match in _CONGRESS.finditer(scan):
        whole = match["numeral"] or "Đảng bộ tỉnh"
        yield Reference(_span(match), f"Nghị quyết Đại hội {whole}")
    for match in _NAMED.finditer(scan):
        if not _OUR_CENTURIES.fullmatch(match["number"]):
            yield Reference(_span(match), f"{match['kind']} {match['number']}")
    for match in _PLAN.finditer(scan):
        yield Reference(_span(match), f"{_PLAN_NAME} {match['first']}-{match['last']}")


def _span(match: re.Match[str]) -> Span:
    """Give the place of a number, with the words that say what it is the number of."""
    before = _KIND_BEFORE.search(match.string, max(0, match.start() - _WINDOW), match.start())
    return Span(before.start() if before else match.start(), match.end())
