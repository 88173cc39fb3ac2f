"""Draw how a proof grows with its log: the table and the plot of docs/performance.md, and build/bench/proofs.json.

Sizes are exact and the same on each machine. The time is the median of several rounds of parsing and verifying one
proof, as a third party does it offline; it is of the machine that ran this.
"""

from __future__ import annotations

import re
import statistics
import sys
from typing import TYPE_CHECKING

from bench.chain import BenchError
from bench.exchange import RESULTS
from bench.machine import ROOT, describe_machine, find_commit
from bench.nginx import find_nginx
from bench.proofs import ProofSize, measure_proofs
from bench.report import format_proofs, write_report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROUNDS = 5
PAGE = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "proof-growth.svg"
_TABLE = re.compile(r"(<!-- python -m bench\.proof_growth -->\n\n).*?(<!-- end -->)", re.DOTALL)
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 300, 60, 60, 40, 44
"""Pixels of the plot, and of its margins."""
BYTES_STEP, MICROSECONDS_STEP = 250, 100


def main() -> int:
    """Measure, print, write the table, the plot and the JSON."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    try:
        machine = describe_machine(RESULTS, find_nginx())
        proofs = measure_rounds()
        page = put_table(PAGE.read_text(), proofs)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(format_proofs(proofs))
    figures = {f"proof_bytes_1e{proof.exponent}": float(proof.size_bytes) for proof in proofs}
    figures |= {f"proof_verify_us_1e{proof.exponent}": proof.verify_us for proof in proofs}
    write_report(RESULTS / "proofs.json", machine, find_commit(), figures)
    PLOT.write_text(draw(proofs))
    PAGE.write_text(page)
    print(
        f"written to {(RESULTS / 'proofs.json').relative_to(ROOT)}, {PLOT.relative_to(ROOT)}, {PAGE.relative_to(ROOT)}"
    )
    return 0


def measure_rounds() -> tuple[ProofSize, ...]:
    """Measure several times and give the median time of each size."""
    rounds = [measure_proofs() for _ in range(ROUNDS)]
    return tuple(
        ProofSize(same[0].exponent, same[0].size_bytes, statistics.median(proof.verify_us for proof in same))
        for same in zip(*rounds, strict=True)
    )


def put_table(page: str, proofs: Sequence[ProofSize]) -> str:
    """Give the page with its table replaced; raises BenchError where it has no place for one."""
    lines = ["| entries in the log | bytes of a proof | µs to check it |", "|---|---|---|"]
    lines += [f"| 10^{proof.exponent} | {proof.size_bytes:,} | {proof.verify_us:.0f} |" for proof in proofs]
    table = "\n".join(lines)
    changed, times = _TABLE.subn(lambda found: f"{found[1]}{table}\n\n{found[2]}", page)
    if times != 1:
        raise BenchError(f"expected one place for the table of proofs, found {times}")
    return changed


def draw(proofs: Sequence[ProofSize]) -> str:
    """Give the plot as SVG: bytes on the left axis, microseconds on the right one, entries as powers of ten."""
    most_bytes = _ceil(max(proof.size_bytes for proof in proofs), BYTES_STEP)
    most_us = _ceil(max(proof.verify_us for proof in proofs), MICROSECONDS_STEP)
    first, last = proofs[0].exponent, proofs[-1].exponent
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT

    def x(exponent: float) -> float:
        return LEFT + (exponent - first) / (last - first) * (right - LEFT)

    def y(part: float) -> float:
        return bottom - part * (bottom - TOP)

    parts = [_line(LEFT, y(0), right, y(0))]
    for value in range(0, most_bytes + 1, BYTES_STEP):
        at = y(value / most_bytes)
        parts += [_line(LEFT, at, right, at, "#ddd"), _text(LEFT - 8, at + 4, f"{value:,}", "end", "#005ea5")]
    for value in range(0, most_us + 1, MICROSECONDS_STEP):
        parts.append(_text(right + 8, y(value / most_us) + 4, f"{value:,}", "start", "#b10e1e"))
    parts += [_text(x(proof.exponent), bottom + 20, f"10^{proof.exponent}", "middle") for proof in proofs]
    parts.append(_text((LEFT + right) / 2, HEIGHT - 6, "entries in the log", "middle"))
    parts.append(_text(8, 20, "bytes of a proof", "start", "#005ea5"))
    parts.append(_text(WIDTH - 8, 20, "µs to check it", "end", "#b10e1e"))
    parts += _curve(proofs, x, lambda proof: y(proof.size_bytes / most_bytes), "#005ea5")
    parts += _curve(proofs, x, lambda proof: y(proof.verify_us / most_us), "#b10e1e")
    title = "Bytes of a proof and microseconds to check it, by entries in the log"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" '
        f'font-size="13"><title>{title}</title><rect width="100%" height="100%" fill="#fff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _curve(
    proofs: Sequence[ProofSize], x: Callable[[float], float], y: Callable[[ProofSize], float], colour: str
) -> list[str]:
    points = [(x(proof.exponent), y(proof)) for proof in proofs]
    path = " ".join(f"{across:.1f},{down:.1f}" for across, down in points)
    marks = [f'<circle cx="{across:.1f}" cy="{down:.1f}" r="4" fill="{colour}"/>' for across, down in points]
    return [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>', *marks]


def _line(x1: float, y1: float, x2: float, y2: float, colour: str = "#333") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def _text(x: float, y: float, words: str, anchor: str, colour: str = "#333") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def _ceil(value: float, step: int) -> int:
    return -int(-value // step) * step


if __name__ == "__main__":
    sys.exit(main())
