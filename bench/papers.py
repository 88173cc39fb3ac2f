"""What a paper costs: set, signed, checked; and an upload looked into (`python -m bench.papers`).

Each is done some times in one process, after a first time that loads what it needs; the median counts.
"""

from __future__ import annotations

import io
import json
import os
import platform
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from bench.machine import ROOT, find_commit, find_cpu_model
from lienthong.cases.documents.inspecting import inspect
from lienthong.cases.documents.sandbox_keys import ROOT_FILE, ensure_key
from lienthong.cases.documents.sheet import Office, Sheet, SignedBy, make_check_mark
from lienthong.cases.documents.signing import KeyFolder, check_signature
from lienthong.cases.documents.typesetting import typeset

if TYPE_CHECKING:
    from collections.abc import Callable

RESULT = ROOT / "build" / "bench" / "papers.json"
ROUNDS = 20
OFFICE = Office("Z99.01", "Ủy ban nhân dân phường (mẫu)", place="Quảng Ninh")
PHOTO_SIZE = (4000, 3000)


def main() -> None:
    """Measure, print the table and write the figures."""
    figures = measure()
    machine = {"cpu": find_cpu_model(), "cores": os.cpu_count(), "python": platform.python_version()}
    print(f"{machine['cpu']}, {machine['cores']} cores, Python {machine['python']}")
    for name, figure in figures.items():
        print(f"{name:24} {figure:>10,.1f}")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    report = {"machine": machine, "commit": find_commit(), "figures": figures}
    RESULT.write_text(json.dumps(report, indent=2) + "\n")


def measure() -> dict[str, float]:
    """Give the medians in milliseconds, and the size of a signed paper of one page."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        ensure_key(Path(folder), OFFICE.code, OFFICE.name, now)
        signer = KeyFolder(Path(folder)).get_signer(OFFICE.code)
        root = (Path(folder) / ROOT_FILE).read_bytes()
    pdf = typeset("extract", make_sheet(), now)
    signed = signer.sign(pdf, "x", "y")
    photo = make_photo()
    return {
        "typeset_ms": time_ms(lambda: typeset("extract", make_sheet(), now)),
        "sign_ms": time_ms(lambda: signer.sign(pdf, "x", "y")),
        "check_signature_ms": time_ms(lambda: check_signature(signed, root)),
        "inspect_pdf_ms": time_ms(lambda: inspect(signed)),
        "inspect_photo_12mp_ms": time_ms(lambda: inspect(photo)),
        "signed_paper_kb": len(signed) / 1000,
    }


def time_ms(act: Callable[[], object]) -> float:
    """Give the median of some rounds."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        act()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def make_sheet() -> Sheet:
    """Give an extract of one page."""
    rows = [{"vi": "Họ, chữ đệm, tên", "en": "Name", "value": "Nguyễn Mẫu An", "strong": True}] * 8
    return Sheet(
        language="vi",
        sandbox=True,
        agency=OFFICE,
        day="2026-12-03",
        holds="Z99.01-261130-0001",
        code="Z99.01-261130-0001",
        number="12/TLKS",
        check=make_check_mark("7K3M-9QRS-TVWX-YZ01", "https://dichvu.example.vn"),
        signed=SignedBy(OFFICE.name, "2026-12-03T09:30"),
        facts={
            "title": {"vi": "Trích lục khai sinh", "en": "Extract"},
            "copy": False,
            "ground": "",
            "capacity": {"vi": "Nơi trả kết quả", "en": "Office"},
            "groups": [{"title": {"vi": "", "en": ""}, "rows": rows}],
        },
    )


def make_photo() -> bytes:
    """Give a noisy photo as phones take it."""
    photo = io.BytesIO()
    Image.effect_noise(PHOTO_SIZE, 30).convert("RGB").save(photo, "JPEG", quality=85)
    return photo.getvalue()


if __name__ == "__main__":
    main()
