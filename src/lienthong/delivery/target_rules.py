"""Whether a target is reached, on track, at risk or missed on a day, by one stated rule. Pure.

The rule, as docs/targets.md says it:
- reached: the latest official figure meets the goal. An estimate or an unverified figure never reaches anything.
- before it is due: held against the interim path (linear from the baseline to the goal, unless one is given); on track
  unless it is behind by more than a tenth of the whole way, then at risk.
- when it was due: missed only if the official figure of that period is there, does not meet the goal, and is cited;
  a provisional one leaves it at risk, none at all leaves no data.
- a mean is reached or missed only when it is due; a trend, when it is due and no period is lacking.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from lienthong.delivery.figures import least_settled
from lienthong.delivery.target_words import Comparison, Measure, TargetKind, TargetState
from lienthong.delivery.words import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from lienthong.delivery.periods import Period

TOLERANCE: Final = Fraction(1, 10)
"""How much of the whole way a target may be behind its path and still be on track."""


class Reason(StrEnum):
    """Why the state is what it is; each has its sentence in `target_sentences.py`."""

    MEETS = "meets"
    MEETS_PROVISIONALLY = "meets-provisionally"
    ON_PATH = "on-path"
    BEHIND = "behind"
    DUE_NOT_MET = "due-not-met"
    DUE_NOT_MET_PROVISIONALLY = "due-not-met-provisionally"
    DUE_NOT_MET_UNCITED = "due-not-met-uncited"
    DUE_WITHOUT_FIGURE = "due-without-figure"
    NO_FIGURE = "no-figure"
    NO_PATH = "no-path"
    NOT_A_VALUE = "not-a-value"
    NOT_MEASURED = "not-measured"
    MEAN_SO_FAR = "mean-so-far"
    TREND_HOLDS = "trend-holds"
    TREND_BROKEN = "trend-broken"
    TREND_GAP = "trend-gap"


_STATES: Final = {
    Reason.MEETS: TargetState.REACHED,
    Reason.MEETS_PROVISIONALLY: TargetState.ON_TRACK,
    Reason.ON_PATH: TargetState.ON_TRACK,
    Reason.MEAN_SO_FAR: TargetState.ON_TRACK,
    Reason.TREND_HOLDS: TargetState.ON_TRACK,
    Reason.BEHIND: TargetState.AT_RISK,
    Reason.TREND_BROKEN: TargetState.AT_RISK,
    Reason.DUE_NOT_MET_PROVISIONALLY: TargetState.AT_RISK,
    Reason.DUE_NOT_MET_UNCITED: TargetState.AT_RISK,
    Reason.DUE_NOT_MET: TargetState.MISSED,
    Reason.DUE_WITHOUT_FIGURE: TargetState.NO_DATA,
    Reason.NO_FIGURE: TargetState.NO_DATA,
    Reason.NO_PATH: TargetState.NO_DATA,
    Reason.NOT_A_VALUE: TargetState.NO_DATA,
    Reason.NOT_MEASURED: TargetState.NO_DATA,
    Reason.TREND_GAP: TargetState.NO_DATA,
}


@dataclass(frozen=True, slots=True)
class Point:
    """A figure of one period, between bounds, and how far it may be relied on."""

    period: Period
    lower: Fraction
    upper: Fraction
    status: Status
    is_cited: bool = True
    used: frozenset[int] = frozenset()

    @property
    def value(self) -> Fraction:
        """The figure, where it is one value."""
        return self.lower

    @property
    def is_value(self) -> bool:
        """Whether it is one value and no range."""
        return self.lower == self.upper

    @property
    def is_official(self) -> bool:
        """Whether it can reach or miss a target."""
        return self.status is Status.OFFICIAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What would reach a target, in the unit of its figures. `may_be_missed`: it is cited, or invented."""

    kind: TargetKind
    comparison: Comparison
    goal: Fraction
    due: Period
    goal_high: Fraction | None = None
    measure: Measure = Measure.LATEST
    baseline: Fraction | None = None
    baseline_period: Period | None = None
    path: Mapping[Period, Fraction] = field(default_factory=dict)
    may_be_missed: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state with its reason, the figure that it rests on, what was expected of it, and how much it is behind."""

    reason: Reason
    latest: Point | None = None
    expected: Fraction | None = None
    behind: Fraction | None = None
    is_final: bool = False
    """Whether it was due, so that nothing more will come."""

    @property
    def state(self) -> TargetState:
        """What the rule says; a mean or a trend that was due and held is reached."""
        held = {Reason.TREND_HOLDS, Reason.MEAN_SO_FAR}
        return TargetState.REACHED if self.is_final and self.reason in held else _STATES[self.reason]


def judge_target(terms: Terms, points: Sequence[Point], as_of: date) -> Verdict:
    """Judge a target by its figures, in order of time, as of a day; figures of later periods are left out."""
    known = [point for point in points if point.period.end <= as_of]
    if not known:
        is_due = terms.due.end <= as_of
        return Verdict(Reason.DUE_WITHOUT_FIGURE if is_due else Reason.NO_FIGURE)
    if not all(point.is_value for point in known):
        return Verdict(Reason.NOT_A_VALUE, known[-1])
    if terms.kind is TargetKind.TREND:
        return _judge_trend(terms, known)
    if terms.measure is Measure.MEAN:
        return _judge_mean(terms, known, as_of)
    return _judge_latest(terms, known, as_of)


def meets(terms: Terms, value: Fraction) -> bool:
    """Tell whether a figure meets the goal."""
    match terms.comparison:
        case Comparison.AT_LEAST:
            return value >= terms.goal
        case Comparison.OVER:
            return value > terms.goal
        case Comparison.AT_MOST:
            return value <= terms.goal
        case Comparison.UNDER:
            return value < terms.goal
        case Comparison.WITHIN:
            return terms.goal <= value <= (terms.goal if terms.goal_high is None else terms.goal_high)


def expect_figure(terms: Terms, period: Period) -> Fraction | None:
    """Give what the interim path asks for in a period; None without a path and a baseline."""
    anchors = dict(terms.path)
    if terms.baseline is not None and terms.baseline_period is not None:
        anchors[terms.baseline_period] = terms.baseline
    if not anchors:
        return None
    anchors.setdefault(terms.due, _edge(terms))
    ordered = sorted(anchors.items(), key=lambda anchor: anchor[0].end)
    if period.end <= ordered[0][0].end:
        return ordered[0][1]
    for (earlier, start), (later, end) in pairwise(ordered):
        if period.end <= later.end:
            share = Fraction(_months(period) - _months(earlier), _months(later) - _months(earlier))
            return start + (end - start) * share
    return ordered[-1][1]


def _judge_latest(terms: Terms, known: Sequence[Point], as_of: date) -> Verdict:
    latest = known[-1]
    expected = expect_figure(terms, latest.period)
    if meets(terms, latest.value):
        official = next((point for point in reversed(known) if point.is_official), None)
        if latest.is_official:
            return Verdict(Reason.MEETS, latest, expected)
        if official is not None and meets(terms, official.value):
            return Verdict(Reason.MEETS, official, expected)
        return Verdict(Reason.MEETS_PROVISIONALLY, latest, expected)
    if latest.period.end >= terms.due.end:
        return Verdict(_find_due_reason(terms, latest), latest, expected, is_final=True)
    if terms.due.end <= as_of:
        return Verdict(Reason.DUE_WITHOUT_FIGURE, latest, expected, is_final=True)
    return _hold_against_path(terms, latest, expected)


def _judge_mean(terms: Terms, known: Sequence[Point], as_of: date) -> Verdict:
    since = terms.baseline_period
    counted = [
        point
        for point in known
        if point.period.end <= terms.due.end and (since is None or point.period.begin >= since.end)
    ]
    if not counted:
        return Verdict(Reason.NO_FIGURE)
    mean = sum((point.value for point in counted), Fraction(0)) / len(counted)
    latest = Point(
        counted[-1].period,
        mean,
        mean,
        least_settled(point.status for point in counted),
        all(point.is_cited for point in counted),
        frozenset().union(*(point.used for point in counted)),
    )
    is_due = latest.period.end >= terms.due.end
    if is_due and not meets(terms, mean):
        return Verdict(_find_due_reason(terms, latest), latest, terms.goal, is_final=True)
    if meets(terms, mean):
        return Verdict(Reason.MEAN_SO_FAR, latest, terms.goal, is_final=is_due and latest.is_official)
    if terms.due.end <= as_of:
        return Verdict(Reason.DUE_WITHOUT_FIGURE, latest, terms.goal, is_final=True)
    return _hold_against_path(terms, latest, terms.goal)


def _judge_trend(terms: Terms, known: Sequence[Point]) -> Verdict:
    since = terms.baseline_period
    counted = [point for point in known if since is None or point.period.begin >= since.begin]
    steps = list(pairwise(counted))
    latest = counted[-1] if counted else known[-1]
    if not steps:
        return Verdict(Reason.NO_FIGURE, latest)
    if any(earlier.period.move(1) != later.period for earlier, later in steps):
        return Verdict(Reason.TREND_GAP, latest)
    is_due = latest.period.end >= terms.due.end
    broken = next((later for earlier, later in steps if not meets(terms, later.value - earlier.value)), None)
    official = all(point.is_official for point in counted)
    if broken is None:
        return Verdict(Reason.TREND_HOLDS, latest, is_final=is_due and official)
    reason = _find_due_reason(terms, broken) if is_due else Reason.TREND_BROKEN
    return Verdict(reason, broken, is_final=is_due)


def _find_due_reason(terms: Terms, point: Point) -> Reason:
    if not point.is_official:
        return Reason.DUE_NOT_MET_PROVISIONALLY
    return Reason.DUE_NOT_MET if terms.may_be_missed and point.is_cited else Reason.DUE_NOT_MET_UNCITED


def _hold_against_path(terms: Terms, latest: Point, expected: Fraction | None) -> Verdict:
    if expected is None and terms.kind is not TargetKind.RANK:
        return Verdict(Reason.NO_PATH, latest)
    wanted = terms.goal if expected is None else expected
    behind = _find_lag(terms, latest.value, wanted) / _find_way(terms)
    reason = Reason.BEHIND if behind > TOLERANCE else Reason.ON_PATH
    return Verdict(reason, latest, wanted, behind)


def _find_lag(terms: Terms, value: Fraction, wanted: Fraction) -> Fraction:
    """Give how far a figure is behind what is wanted of it; below nought where it is ahead."""
    if terms.comparison is Comparison.WITHIN:
        rises = terms.baseline is None or wanted >= terms.baseline
        return max(wanted - value, value - (terms.goal_high or terms.goal)) if rises else value - wanted
    rises = terms.comparison in {Comparison.AT_LEAST, Comparison.OVER}
    return wanted - value if rises else value - wanted


def _find_way(terms: Terms) -> Fraction:
    """Give the whole way from the baseline to the goal; without one, the goal itself."""
    way = abs(_edge(terms) - terms.baseline) if terms.baseline is not None else abs(terms.goal)
    width = abs((terms.goal_high or terms.goal) - terms.goal)
    return way or width or abs(terms.goal) or Fraction(1)


def _edge(terms: Terms) -> Fraction:
    """Give the goal, or of a range the end that lies nearer to the baseline."""
    if terms.comparison is not Comparison.WITHIN or terms.goal_high is None or terms.baseline is None:
        return terms.goal
    if terms.goal <= terms.baseline <= terms.goal_high:
        return terms.baseline
    return terms.goal if terms.baseline < terms.goal else terms.goal_high


def _months(period: Period) -> int:
    return period.end.year * 12 + period.end.month
