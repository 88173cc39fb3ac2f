from __future__ import annotations

from pathlib import Path

from bench.labels import Score, load_passages, match_labels, score_passages

PASSAGES = Path(__file__).parents[1] / "passages"
WANTED = 0.95


def score(name: str) -> Score:
    return sum(score_passages(load_passages(PASSAGES / name)).values(), Score(0, 0, 0))


def test_there_are_sixty_passages_half_of_them_held_out() -> None:
    assert [len(load_passages(PASSAGES / name)) for name in ("tuned.txt", "held_out.txt")] == [30, 30]


def test_all_of_the_passages_of_the_making_is_read() -> None:
    wrong = [(passage.name, *match_labels(passage)[1:]) for passage in load_passages(PASSAGES / "tuned.txt")]
    assert [each for each in wrong if each[1] or each[2]] == []


def test_what_the_reader_was_put_right_with_is_read_as_well_as_wanted() -> None:
    further = score("further.txt")
    assert (further.precision >= WANTED, further.recall) == (True, 1.0)


def test_what_was_held_out_is_read_as_well_as_wanted() -> None:
    # Only the two figures are told, so that a failure shows nobody what to tune on.
    held_out = score("held_out.txt")
    assert held_out.precision >= WANTED
    assert held_out.recall >= WANTED


def test_the_score_notices_what_is_missed_and_what_is_wrong() -> None:
    passages = load_passages(PASSAGES / "tuned.txt")
    spoiled = [type(each)(each.name, each.kind, each.text.replace("USD", "đô"), each.labels) for each in passages]
    whole = sum(score_passages(spoiled).values(), Score(0, 0, 0))
    assert whole.precision < 1
    assert whole.recall < 1
