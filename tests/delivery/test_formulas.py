from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.figures import Cell, Missing, MissingKind
from lienthong.delivery.formula_checks import verify_formulas
from lienthong.delivery.formula_parser import parse_formula
from lienthong.delivery.formula_tree import Call, Node, Number, Operation, Operator, Reference, list_nodes
from lienthong.delivery.formula_units import find_unit
from lienthong.delivery.formulas import Scope, Value, compute
from lienthong.delivery.periods import make_year
from lienthong.delivery.units import ONE, Unit, parse_unit
from lienthong.delivery.words import Carry, Frequency, Rule, Status
from tests.delivery.figures import define

UNITS = {
    "GRDP": "bn_VND",
    "GRDP_REAL": "bn_VND",
    "INDUSTRY": "bn_VND",
    "POP": "thousand_person",
    "RATE": "VND/USD",
    "HEAD": "USD/person",
    "CASES": "case",
}


@dataclass
class Figures:
    """Figures by code, area and year."""

    known: dict[tuple[str, str, int], Value | Missing] = field(default_factory=dict)

    def find(self, cell: Cell) -> Value | Missing:
        key = (cell.indicator, cell.area, cell.period.begin.year)
        return self.known.get(key, Missing(MissingKind.NOT_OBSERVED, cell))

    def unit_of(self, code: str) -> Unit:
        return parse_unit(UNITS[code])


def one(amount: float | Fraction | str, **more: object) -> Value:
    return Value(Fraction(amount), Fraction(amount), **more)  # type: ignore[arg-type] # a test may give any mark


def work_out(formula: str, figures: Figures, unit: str = "one", year: int = 2023) -> Value | Missing:
    tree = parse_formula(formula)
    assert find_unit(tree, lambda reference: figures.unit_of(reference.code)).is_like(parse_unit(unit))
    return compute(tree, Scope("22", make_year(year), figures), parse_unit(unit))


def amount(found: Value | Missing) -> Fraction:
    assert isinstance(found, Value)
    assert found.is_value
    return found.lower


def test_income_per_head_in_dollars_comes_of_dong_people_and_the_rate() -> None:
    figures = Figures(
        {("GRDP", "22", 2023): one(315_995), ("POP", "22", 2023): one(1_381), ("RATE", "VN", 2023): one(23_787)}
    )
    head = amount(work_out("per_head(GRDP, POP) / RATE@country", figures, "USD/person"))
    assert head == Fraction(315_995 * 10**9, 1_381_000 * 23_787)
    assert round(head) == 9619


def test_a_ratio_to_the_country_is_of_the_same_year_and_exact() -> None:
    figures = Figures({("HEAD", "22", 2023): one("9554.435"), ("HEAD", "VN", 2023): one("4284.5")})
    assert amount(work_out("ratio(HEAD, HEAD@country)", figures)) == Fraction("2.23")


def test_growth_is_in_percent_and_of_constant_prices_where_those_are_given() -> None:
    figures = Figures({("GRDP_REAL", "22", 2022): one(1000), ("GRDP_REAL", "22", 2023): one("1110.3")})
    assert amount(work_out("growth(GRDP_REAL)", figures, "percent")) == Fraction("11.03")


@pytest.mark.parametrize(
    ("formula", "unit", "expected"),
    [
        ("share(INDUSTRY, GRDP)", "percent", 50),
        ("gap(GRDP, INDUSTRY)", "mn_VND", 100_000),
        ("index(GRDP, 2015)", "percent", 200),
        ("mean(GRDP, 2022)", "bn_VND", 175),
        ("GRDP[-1] + 2 * INDUSTRY", "bn_VND", 350),
        ("-(GRDP - GRDP[2015]) / GRDP", "percent", -50),
        ('INDUSTRY + 7 "mn_VND"', "bn_VND", Fraction("100.007")),
    ],
)
def test_what_formulas_can_do(formula: str, unit: str, expected: Fraction) -> None:
    figures = Figures(
        {
            ("GRDP", "22", 2015): one(100),
            ("GRDP", "22", 2022): one(150),
            ("GRDP", "22", 2023): one(200),
            ("INDUSTRY", "22", 2023): one(100),
        }
    )
    assert amount(work_out(formula, figures, unit)) == expected


def growth_series(rates: dict[int, str]) -> Figures:
    level = Fraction(1000)
    known: dict[tuple[str, str, int], Value | Missing] = {("GRDP_REAL", "22", min(rates) - 1): one(1000)}
    for year, rate in sorted(rates.items()):
        level *= 1 + Fraction(rate) / 100
        known["GRDP_REAL", "22", year] = one(level)
    return Figures(known)


def test_a_streak_ends_where_the_condition_fails_and_shows_its_base() -> None:
    figures = growth_series({2019: "12", 2020: "10", 2021: "9.9", 2022: "10.3", 2023: "11"})
    found = work_out('streak(growth(GRDP_REAL) >= 10 "percent")', figures, "year")
    assert amount(found) == 2
    assert isinstance(found, Value)
    assert found.base is not None
    points = [(point.period.text, float(point.lower), point.surely) for point in found.base.points]
    assert points == [("2023", 0.11, True), ("2022", 0.103, True), ("2021", 0.099, False)]
    assert found.base.ended is None


def test_whether_the_limit_itself_counts_is_what_the_formula_says() -> None:
    figures = growth_series({2022: "10", 2023: "10"})
    assert amount(work_out('streak(growth(GRDP_REAL) >= 10 "percent")', figures, "year")) == 2
    assert amount(work_out('streak(growth(GRDP_REAL) > 10 "percent")', figures, "year")) == 0


def test_a_streak_that_runs_into_missing_figures_says_that_it_may_be_longer() -> None:
    figures = growth_series({2022: "11", 2023: "11"})
    found = work_out('streak(growth(GRDP_REAL) >= 10 "percent")', figures, "year")
    assert isinstance(found, Value)
    assert found.base is not None
    assert found.lower == 2
    assert found.base.ended == Missing(MissingKind.NOT_OBSERVED, Cell("GRDP_REAL", "22", make_year(2020)))
    gone = work_out('streak(growth(GRDP_REAL) >= 10 "percent")', figures, "year", 2024)
    assert isinstance(gone, Missing)


def test_missing_stays_missing_with_its_reason() -> None:
    told = Missing(MissingKind.REPORTED_ONLY, Cell("POP", "22", make_year(2023)))
    figures = Figures({("GRDP", "22", 2023): one(1), ("POP", "22", 2023): told})
    assert work_out("per_head(GRDP, POP)", figures, "VND/person") == told
    figures.known["POP", "22", 2023] = one(0)
    assert work_out("per_head(GRDP, POP)", figures, "VND/person") == Missing(MissingKind.NO_DIVISION)


def test_a_result_is_as_settled_as_its_least_settled_part_and_names_what_it_rests_on() -> None:
    figures = Figures(
        {
            ("GRDP", "22", 2023): one(1, used=frozenset({7})),
            ("POP", "22", 2023): one(2, used=frozenset({8}), status=Status.ESTIMATE, is_illustrative=True),
        }
    )
    found = work_out("per_head(GRDP, POP)", figures, "VND/person")
    assert isinstance(found, Value)
    assert (found.status, found.used, found.is_illustrative) == (Status.ESTIMATE, frozenset({7, 8}), True)


@pytest.mark.parametrize(
    ("formula", "position", "reason"),
    [
        ("GRDP + POP", 6, "the same unit, got VND and person"),
        ("ratio(GRDP, HEAD)", 1, "the same unit"),
        ("per_head(GRDP, CASES)", 1, "the same unit, got person and case"),
        ("1 + GRDP / (POP + 3)", 17, "the same unit"),
        ('streak(growth(GRDP) >= 10 "USD")', 1, "the same unit"),
    ],
)
def test_a_wrong_unit_is_an_error_with_its_position(formula: str, position: int, reason: str) -> None:
    with pytest.raises(DeliveryError, match=f"at position {position}: .*{reason}") as caught:
        find_unit(parse_formula(formula), lambda reference: parse_unit(UNITS[reference.code]))
    assert caught.value.kind is DeliveryErrorKind.WRONG_UNIT


@pytest.mark.parametrize(
    ("formula", "position"),
    [
        ("", 1),
        ("GRDP +", 7),
        ("GRDP POP", 6),
        ("growth(GRDP", 12),
        ("grow(GRDP)", 1),
        ("ratio(GRDP)", 11),
        ("streak(GRDP)", 12),
        ("index(GRDP, POP)", 13),
        ("GRDP@Hanoi", 6),
        ("GRDP & POP", 6),
        ("(" * 60 + "GRDP" + ")" * 60, 41),
        ("GRDP+" * 101 + "GRDP", 501),
    ],
)
def test_what_is_no_formula_is_refused_with_the_position(formula: str, position: int) -> None:
    with pytest.raises(DeliveryError, match=f"at position {position}:") as caught:
        parse_formula(formula)
    assert caught.value.kind is DeliveryErrorKind.BAD_FORMULA


LEAVES = st.sampled_from(["GRDP", "INDUSTRY", "GRDP[-1]", "INDUSTRY[2015]", "GRDP@country", '3 "bn_VND"'])
MONEY = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-"]), inner).map(lambda part: f"({part[0]} {part[1]} {part[2]})"),
        st.tuples(inner, st.integers(1, 9)).map(lambda part: f"{part[0]} * {part[1]}"),
        inner.map(lambda part: f"-{part}"),
        inner.map(lambda part: f"mean({part}, 2022)"),
    ),
    max_leaves=6,
)


@st.composite
def all_figures(draw: st.DrawFn) -> Figures:
    amounts = st.integers(-50, 1000)
    return Figures(
        {
            (code, area, year): one(draw(amounts))
            for code in ("GRDP", "INDUSTRY")
            for area in ("22", "VN")
            for year in (2015, 2021, 2022, 2023)
        }
    )


@given(formula=MONEY, figures=all_figures())
def test_every_formula_over_money_gives_money_and_no_rounding(formula: str, figures: Figures) -> None:
    found = work_out(formula, figures, "bn_VND")
    assert amount(found) == amount(work_out(formula, figures, "VND")) / 10**9
    assert amount(work_out(f"({formula}) - ({formula})", figures, "VND")) == 0


@given(formula=MONEY, figures=all_figures(), data=st.data())
def test_one_missing_figure_makes_every_formula_that_needs_it_missing(
    formula: str, figures: Figures, data: st.DataObject
) -> None:
    asked: set[tuple[str, str, int]] = set()

    class Watched(Figures):
        def find(self, cell: Cell) -> Value | Missing:
            asked.add((cell.indicator, cell.area, cell.period.begin.year))
            return super().find(cell)

    work_out(formula, Watched(figures.known), "VND")
    if asked:
        del figures.known[data.draw(st.sampled_from(sorted(asked)))]
        assert isinstance(work_out(formula, figures, "VND"), Missing)


@given(formula=MONEY, data=st.data())
def test_a_formula_over_ranges_holds_what_it_gives_over_any_values_within(formula: str, data: st.DataObject) -> None:
    inside, outside = Figures(), Figures()
    for code in ("GRDP", "INDUSTRY"):
        for area in ("22", "VN"):
            for year in (2015, 2021, 2022, 2023):
                ends = sorted(data.draw(st.tuples(st.integers(-20, 20), st.integers(-20, 20))))
                outside.known[code, area, year] = Value(Fraction(ends[0]), Fraction(ends[1]))
                inside.known[code, area, year] = one(data.draw(st.integers(*ends)))
    bounds = work_out(f"({formula}) * 2 - GRDP", outside, "VND")
    assert isinstance(bounds, Value)
    assert bounds.lower <= amount(work_out(f"({formula}) * 2 - GRDP", inside, "VND")) <= bounds.upper


@given(text=st.text(alphabet='GRDP abz()+-*/<>=,@[]{}"019.', max_size=40))
def test_whatever_is_written_is_read_or_refused_with_a_reason(text: str) -> None:
    try:
        node: Node = parse_formula(text)
    except DeliveryError as error:
        assert error.message
        return
    assert all(0 <= each.position < len(text) for each in list_nodes(node))


def test_multiplying_binds_before_adding_and_equals_go_from_the_left() -> None:
    tree = parse_formula("A - B - 2 * C")
    assert isinstance(tree, Operation)
    assert (tree.operator, tree.position) == (Operator.SUBTRACT, 6)
    assert tree.left == Operation(Operator.SUBTRACT, Reference("A", 0), Reference("B", 4), 2)
    assert tree.right == Operation(Operator.MULTIPLY, Number(Fraction(2), ONE, 8), Reference("C", 12), 10)
    assert isinstance(parse_formula("growth(A{sex=F}@VN[-2])"), Call)


def test_formulas_fit_their_indicators_and_go_in_no_circle() -> None:
    base = {"GRDP": define("GRDP", "bn_VND"), "POP": define("POP")}
    verify_formulas({**base, "HEAD": define("HEAD", "VND/person", formula="per_head(GRDP, POP)")})
    for wrong, reason in (
        (define("HEAD", "USD/person", formula="per_head(GRDP, POP)"), "gives VND·person\\^-1, its indicator is in"),
        (define("HEAD", "bn_VND", formula="NOBODY"), "no indicator has the code"),
        (define("HEAD", "bn_VND", formula="GRDP{sex=F}"), "not broken down"),
        (define("HEAD", "bn_VND", formula="GRDP + HEAD[-1]"), "in a circle: HEAD needs HEAD"),
    ):
        with pytest.raises(DeliveryError, match=reason):
            verify_formulas({**base, "HEAD": wrong})


def test_a_streak_is_of_yearly_figures() -> None:
    month = define("GRDP", "bn_VND", frequency=Frequency.MONTH)
    streak = define("RUN", "year", formula='streak(growth(GRDP) >= 10 "percent")')
    with pytest.raises(DeliveryError, match="not observed by year"):
        verify_formulas({"GRDP": month, "RUN": streak})


def test_nothing_is_computed_that_would_tell_of_a_few_or_of_a_minority() -> None:
    order = {"rule": Rule.PUBLIC_ORDER, "carry": Carry.NEVER}
    crimes, thefts = define("CRIMES", "crime", **order), define("THEFT", "crime", part_of="CRIMES", **order)
    minority = define("MINORITY", "mn_VND/person", rule=Rule.PUBLISHED_ONLY, carry=Carry.NEVER)
    base = {"CRIMES": crimes, "THEFT": thefts, "MINORITY": minority, "POP": define("POP")}
    verify_formulas({**base, "LESS": define("LESS", "percent", formula="growth(CRIMES)", **order)})
    for wrong, reason in (
        (define("REST", "crime", formula="CRIMES - THEFT", **order), "never added to or taken from"),
        (define("REST", "crime", formula="gap(CRIMES, CRIMES[-1])", **order), "never added to or taken from"),
        (define("RATE", "crime/person", formula="CRIMES / POP"), "a figure of public order too"),
        (define("GAP", "one", formula="MINORITY / MINORITY@country"), "nothing is computed from it"),
    ):
        with pytest.raises(DeliveryError, match=reason) as caught:
            verify_formulas({**base, wrong.code: wrong})
        assert caught.value.kind is DeliveryErrorKind.NOT_PUBLISHABLE
