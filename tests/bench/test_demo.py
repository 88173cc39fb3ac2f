from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from bench.demo import BEGUN, PROVEN, Milestones, make_environment, note_times
from bench.machine import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def test_the_first_line_of_each_kind_counts() -> None:
    ticks = count()
    lines = ["installing\n", "Lienthong, instance DEMO\n", "verified exchange 1\n", "verified exchange 2\n"]
    times = note_times(lines, lambda: float(next(ticks)))
    assert list(times) == [BEGUN, PROVEN]
    assert times[BEGUN] < times[PROVEN] < float(next(ticks)) - 1


def test_the_figures_are_seconds_since_the_clone() -> None:
    assert Milestones(20.0, 50.0, 100.04).figures == {
        "clone_to_first_exchange_s": 50.0,
        "install_s": 20.0,
        "demo_s": 80.0,
        "clone_to_end_s": 100.0,
    }


def test_only_the_way_to_the_network_is_kept_and_caches_are_new(tmp_path: Path) -> None:
    own = {
        "PATH": f"{ROOT / '.venv' / 'bin'}:/usr/bin",
        "VIRTUAL_ENV": str(ROOT / ".venv"),
        "https_proxy": "http://proxy",
        "PIP_CERT": "/certificates.pem",
        "XDG_CACHE_HOME": "/warm",
        "UV_CACHE_DIR": "/warm",
    }
    assert make_environment(own, tmp_path) == {
        "PATH": "/usr/bin",
        "https_proxy": "http://proxy",
        "PIP_CERT": "/certificates.pem",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "npm_config_cache": str(tmp_path / "npm"),
    }
