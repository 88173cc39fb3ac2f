"""How well the reader of documents reads: precision and recall on passages that a person has labelled.

`python -m bench.reader` prints each kind for the passages that the reader was made with, for further ones that it was
put right with, and for those that were held out, and writes the figures of the held-out ones to
build/bench/delivery.json beside what else stands there. `--show` lists what was wrong among the former two; what was
wrong among the held-out ones is never shown: nobody tunes on it.
"""

from __future__ import annotations

import argparse
import json
import platform
import unicodedata
from typing import TYPE_CHECKING

from bench.labels import Score, load_passages, match_labels, score_passages
from bench.machine import ROOT, find_commit, find_cpu_model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.labels import Label, Passage

PASSAGES = ROOT / "tests" / "delivery" / "passages"
RESULT = ROOT / "build" / "bench" / "delivery.json"


def main() -> None:
    """Score both sets, print the table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="list what was wrong in the passages of the making")
    show = parser.parse_args().show
    for title, name in (("made with", "tuned.txt"), ("further", "further.txt")):
        passages = load_passages(PASSAGES / name)
        print_table(title, score_passages(passages))
        if show:
            show_wrong(passages)
    held_out = score_passages(load_passages(PASSAGES / "held_out.txt"))
    print_table("held out", held_out)
    whole = sum(held_out.values(), Score(0, 0, 0))
    write_figures({"reader_precision": round(whole.precision, 4), "reader_recall": round(whole.recall, 4)})


def print_table(title: str, scores: dict[str, Score]) -> None:
    """Print one set: a line per kind, and all together."""
    print(f"{title:12} {'precision':>9} {'recall':>7} {'right':>6} {'found':>6} {'labelled':>9}")
    for kind, score in [*scores.items(), ("all", sum(scores.values(), Score(0, 0, 0)))]:
        print(
            f"  {kind:10} {score.precision:9.3f} {score.recall:7.3f} {score.right:6} {score.found:6} {score.labelled:9}"
        )


def show_wrong(passages: Iterable[Passage]) -> None:
    """Print what was found wrongly and what was missed."""
    for passage in passages:
        _, beside, missed = match_labels(passage)
        for mark, labels in (("+", beside), ("-", missed)):
            for label in labels:
                print(f"{passage.name} {mark} {describe(label, passage)}")


def describe(label: Label, passage: Passage) -> str:
    """Say what a label says, with its text."""
    text = unicodedata.normalize("NFC", passage.text)[label.span.start : label.span.end]
    return f"{label.kind} [{text}] {label.value} {label.unit} {label.qualifier}"


def write_figures(figures: dict[str, float]) -> None:
    """Write the figures beside those of other benches of the same house."""
    stored = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.is_file() else {}
    machine = {"cpu": find_cpu_model(), "python": platform.python_version()}
    report = {"machine": machine, **stored, "commit": find_commit()}
    report["figures"] = {**stored.get("figures", {}), **figures}
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(f"written to {RESULT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
