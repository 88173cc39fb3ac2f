"""The sentence that explains a target's state, in Vietnamese and in English. Pure.

Every sentence names the figure, its period and the goal, so that it can be checked against the table beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.delivery.labels import COMPARISONS, STATUSES, get_label, write_amount
from lienthong.delivery.number_text import count_decimals
from lienthong.delivery.period_text import tell_period
from lienthong.delivery.target_rules import Reason
from lienthong.delivery.target_words import Comparison, Measure, TargetKind, TargetState

if TYPE_CHECKING:
    from decimal import Decimal

    from lienthong.delivery.forecasts import Forecast
    from lienthong.delivery.target_rules import Verdict
    from lienthong.delivery.target_terms import TargetTerms

_SENTENCES: Final[dict[Reason, tuple[str, str]]] = {
    Reason.MEETS: (
        "{what} {period} là {figure}, đạt mục tiêu {goal}.",
        "{what} was {figure} in {period}, which meets the goal of {goal}.",
    ),
    Reason.MEETS_PROVISIONALLY: (
        "{what} {period} là {figure} ({status}), phù hợp mục tiêu {goal}; số {status} chưa được coi là đạt.",
        "{what} was {figure} in {period} ({status}), which fits {goal}; such a figure does not reach a target.",
    ),
    Reason.ON_PATH: (
        "{what} {period} là {figure}; theo lộ trình cần {expected} vào thời điểm đó, mục tiêu {goal} vào {due}.",
        "{what} was {figure} in {period}; the path asks for {expected} by then, and for {goal} by {due}.",
    ),
    Reason.BEHIND: (
        "{what} {period} là {figure}, chậm hơn lộ trình ({expected}) quá 1/10 quãng đường đến {goal} vào {due}.",
        "{what} was {figure} in {period}, behind its path ({expected}) by over a tenth of the way to {goal} by {due}.",
    ),
    Reason.DUE_NOT_MET: (
        "{what} {period} là {figure}, không đạt mục tiêu {goal}.",
        "{what} was {figure} in {period}, which does not meet the goal of {goal}.",
    ),
    Reason.DUE_NOT_MET_PROVISIONALLY: (
        "{what} {period} là {figure} ({status}), chưa đạt mục tiêu {goal}; chờ số chính thức.",
        "{what} was {figure} in {period} ({status}), short of the goal of {goal}; the official figure is to come.",
    ),
    Reason.DUE_NOT_MET_UNCITED: (
        "{what} {period} là {figure}, chưa đạt mục tiêu {goal}; chưa có nguồn trích dẫn được để kết luận.",
        "{what} was {figure} in {period}, short of the goal of {goal}; no source that can be cited decides it.",
    ),
    Reason.DUE_WITHOUT_FIGURE: (
        "Đã đến hạn {due} nhưng chưa có số liệu của kỳ đó; mục tiêu {goal}.",
        "It was due in {due}, and there is no figure for then; the goal is {goal}.",
    ),
    Reason.NO_FIGURE: (
        "Chưa có số liệu; mục tiêu {goal} vào {due}.",
        "There is no figure yet; the goal is {goal} by {due}.",
    ),
    Reason.NO_PATH: (
        "{what} {period} là {figure}; chưa có mốc xuất phát nên chưa đánh giá được tiến độ đến {goal} vào {due}.",
        "{what} was {figure} in {period}; no baseline is known, so the way to {goal} by {due} cannot be judged.",
    ),
    Reason.NOT_A_VALUE: (
        "Số liệu {period} chỉ là một khoảng sau khi quy đổi địa bàn, nên không đánh giá; mục tiêu {goal}.",
        "The figure of {period} is only a range across the change of areas, so it is not judged; the goal is {goal}.",
    ),
    Reason.NOT_MEASURED: (
        "Chưa xác định được chỉ tiêu thống kê để đo; mục tiêu {goal} vào {due}.",
        "No indicator is known to stand behind it; the goal is {goal} by {due}.",
    ),
    Reason.MEAN_SO_FAR: (
        "{what} bình quân đến {period} là {figure}, phù hợp mục tiêu {goal} cho cả kỳ đến {due}.",
        "{what} was {figure} on average until {period}, which fits the goal of {goal} until {due}.",
    ),
    Reason.TREND_HOLDS: (
        "{what} {goal} trong mọi kỳ cho đến {period} ({figure}), đúng như mục tiêu.",
        "{what} kept to {goal} in every period until {period} ({figure}), as promised.",
    ),
    Reason.TREND_BROKEN: (
        "{what} {period} là {figure}, không giữ được mục tiêu {goal} so với kỳ trước.",
        "{what} was {figure} in {period}, which is not {goal} against the period before.",
    ),
    Reason.TREND_GAP: (
        "Chuỗi số liệu bị thiếu kỳ nên không đánh giá được xu hướng; mục tiêu {goal} mỗi kỳ.",
        "A period is missing, so the trend cannot be judged; each period asks for {goal}.",
    ),
}
_FALL: Final = ("giảm", "a fall")
_RISE: Final = ("tăng", "a rise")
_MEAN_BY_THE_END: Final = (
    "{what} bình quân cả kỳ đến {period} là {figure}, đạt mục tiêu {goal}.",
    "{what} was {figure} on average over the whole term until {period}, which meets the goal of {goal}.",
)
_FORECAST: Final = (
    "Nếu xu hướng tuyến tính tiếp diễn: {central} vào {due}, khoảng dự báo 95% từ {lower} đến {upper}.",
    "If the straight trend goes on: {central} in {due}, with a 95% prediction interval from {lower} to {upper}.",
)
_COUNT: Final = ("{reached}/{total} chỉ tiêu đạt", "{reached} of {total} targets reached")


def write_goal(terms: TargetTerms, language: str) -> str:
    """Write what a target asks for: `trên 10.000 USD`, `từ 49% đến 50%`, `rank 3 or better`."""
    low = _write(terms, terms.goal, language)
    if terms.comparison is Comparison.WITHIN and terms.goal_high is not None:
        high = _write(terms, terms.goal_high, language)
        return f"từ {low} đến {high}" if language == "vi" else f"between {low} and {high}"
    if terms.kind is TargetKind.RANK:
        return f"thứ {low} trở lên" if language == "vi" else f"rank {low} or better"
    if terms.kind is TargetKind.TREND:
        return _write_trend(terms, language)
    comparison = get_label(COMPARISONS[terms.comparison], language)
    if terms.measure is Measure.MEAN:
        return f"bình quân {comparison} {low}" if language == "vi" else f"{comparison} {low} on average"
    return f"{comparison} {low}"


def _write_trend(terms: TargetTerms, language: str) -> str:
    """Write the change that each period asks for: `giảm ít nhất 0,08 điểm %`, `a rise`."""
    falls = terms.comparison in {Comparison.AT_MOST, Comparison.UNDER}
    word = get_label(_FALL if falls else _RISE, language)
    if terms.goal == 0:
        return word
    # A change of a percentage is told in points, and a fall by how much.
    unit = "pp" if terms.unit == "percent" else terms.unit
    amount = write_amount(abs(terms.goal), unit, count_decimals(terms.goal), language)
    least = get_label(COMPARISONS[Comparison.AT_LEAST], language)
    return f"{word} {least} {amount}" if language == "vi" else f"{word} of {least} {amount}"


def _write(terms: TargetTerms, value: Decimal, language: str) -> str:
    return write_amount(value, terms.unit, count_decimals(value), language)


def explain_verdict(terms: TargetTerms, verdict: Verdict, what: str, language: str) -> str:
    """Give the sentence that explains the state; `what` names what is measured."""
    sentence = _SENTENCES[verdict.reason]
    if verdict.reason is Reason.MEAN_SO_FAR and verdict.state is TargetState.REACHED:
        sentence = _MEAN_BY_THE_END
    latest = verdict.latest
    return get_label(sentence, language).format(
        what=what,
        period=tell_period(latest.period, language) if latest else "",
        figure=write_amount(latest.value, terms.unit, terms.decimals, language) if latest else "",
        status=get_label(STATUSES[latest.status], language) if latest else "",
        expected=write_amount(verdict.expected, terms.unit, terms.decimals, language)
        if verdict.expected is not None
        else "",
        goal=write_goal(terms, language),
        due=tell_period(terms.due_period, language),
    )


def write_forecast(terms: TargetTerms, forecast: Forecast, language: str) -> str:
    """Give the sentence of a forecast, never without its interval and its method."""
    amounts = {
        name: write_amount(value, terms.unit, terms.decimals, language)
        for name, value in (("central", forecast.central), ("lower", forecast.lower), ("upper", forecast.upper))
    }
    return get_label(_FORECAST, language).format(due=tell_period(forecast.period, language), **amounts)


def write_count(reached: int, total: int, language: str) -> str:
    """Write `17/19 chỉ tiêu đạt`, `17 of 19 targets reached`."""
    return get_label(_COUNT, language).format(reached=reached, total=total)
