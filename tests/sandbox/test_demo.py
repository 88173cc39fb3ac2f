"""The demo as a process of its own: real gateways and sites, real evidence. How it ends is test_running.py's.

The first run fills a registry, which takes longest; the second goes on in its folder.
"""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
import sys
import tempfile
import time
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.verify import verify_package
from lienthong.kernel.canonical import decode_base64url
from lienthong.kernel.keys import VerifyKey
from lienthong.sandbox.errors import SandboxError
from lienthong.sandbox.packages import forge_answer, require_refusal
from tests.simulators.stories import UP, RunningStory, Stories, are_gone

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = (
    "import sys; from pathlib import Path; from rich.console import Console;"
    "from lienthong.sandbox.demo import run_demo;"
    "sys.exit(run_demo(Console(), Path(sys.argv[1]), once='--once' in sys.argv, people=1000, "
    "has_cases='--cases' in sys.argv))"
)
pytestmark = pytest.mark.xdist_group("demo")

PROCESSES = 13
"""A directory, five gateways, three agencies, a simulated portal, two sites and a worker."""


def _start(stories: Stories, folder: Path, *words: str) -> RunningStory:
    return stories.start(sys.executable, "-c", COMMAND, str(folder), *words)


def _ask_as_curl(line: str) -> dict[str, Any]:
    *options, url = shlex.split(line)[1:]
    headers = dict(option.split(": ", 1) for option in options if option != "-H")
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 # the demo's own address
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 # as above
        content: dict[str, Any] = json.load(response)
    return content


@dataclass(frozen=True)
class Told:
    """A demo that has ended by itself, and the folder that it left."""

    text: str
    folder: Path


def _await_database_end(folder: Path) -> None:
    """Wait until the database has ended, also of a demo that was killed."""
    running = folder / "sites" / "data" / "database" / "data" / "postmaster.pid"
    deadline = time.monotonic() + 30
    while running.exists() and time.monotonic() < deadline:
        time.sleep(0.05)


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    # Not among pytest's own folders, which the database's user cannot pass where root runs the tests.
    above = Path(tempfile.mkdtemp(prefix="lt-demo-"))
    above.chmod(0o711)
    folder = above / "demo"
    try:
        with Stories() as stories:
            demo = _start(stories, folder, "--once", "--cases")
            assert stories.finish(demo) == 0, demo.text
            assert len(demo.child_pids()) == PROCESSES
            assert are_gone(demo.child_pids())
            yield Told(demo.text, folder)
    finally:
        _await_database_end(folder)
        shutil.rmtree(above, ignore_errors=True)


def test_once_it_tells_the_whole_story_and_ends(told: Told) -> None:
    assert "171 exchanges" in told.text
    assert told.text.count("split, not decided") == 12
    assert told.text.count(": 342 entries, root ") == 2
    assert told.text.count(": witnessed (đã có bên chứng kiến), cosigned by DEMO/witness at ") == 2
    assert "verified exchange " in told.text
    assert "not witnessed" not in told.text
    assert "not proven by this package" in told.text
    assert "refused: response/" in told.text
    assert "/openid/authorize" in told.text
    assert "purpose      91/2025/QH15" in told.text
    assert "17 of 19 targets reached, computed from its figures" in told.text
    assert "not reached: PAPI among the first five (missed)" in told.text
    assert UP not in told.text


def test_a_birth_filed_at_the_simulated_portal_comes_in_once_and_what_is_done_goes_back_though_two_words_are_lost(
    told: Told,
) -> None:
    story = told.text.partition(" files a birth at the national portal, which is SIMULATED")[2]
    story = story.partition(" registers a birth")[0]
    assert "filed once, under the portal's number Z99.01.MOT-" in story
    # The worker, which asks every minute, may have been quicker.
    assert re.search(r"[01] filed, [01] were here already, 0 cannot be filed", story)
    assert " came in once; here it is case Z99.01-" in story
    assert "told again under the same mark, it is there once" in story
    assert "and lost it: there the case is 9 (" in story
    assert " mended, 0 left for a person" in story
    assert "now the case is there 10 (" in story
    progress = [line for line in story.splitlines() if line.startswith("  at the portal: ")]
    assert len(progress) >= 10
    assert "gửi đến 2 lần, ghi một lần" in progress[-1]


def test_a_birth_asked_once_brings_four_results_and_the_parent_sees_who_looked(told: Told) -> None:
    story = told.text.partition(" registers a birth")[2].partition("A death in the family")[0]
    assert "filed once, with a signed receipt: case Z99.01-" in story
    for step in ("Birth registration", "Residence registration", "Health insurance card", "Identity card"):
        assert f"{step}: The agency answered" in story
    assert "The result was handed over" in story
    papers = [line for line in story.splitlines() if line.startswith("  paper: ")]
    assert len(papers) == 4
    assert all(line.endswith(", signed") for line in papers)
    assert "  looked: " in story
    assert "checked: the agency's case system knows this case" in story
    assert "verified offline; its purpose is 3.000722, and it names no case" in story


def test_a_death_waits_for_an_agency_that_is_away_says_why_and_goes_on(told: Told) -> None:
    story = told.text.partition("A death in the family")[2]
    away, _, back = story.partition("social-affairs is back")
    assert "End of residence: The agency answered" in away
    waits = [line for line in away.splitlines() if "  waits: Funeral allowance: " in line]
    assert len(waits) > 1
    assert all("Does not get through since" in line for line in waits[1:])
    assert any("but its system behind it is not running. It is tried again by itself" in line for line in waits)
    assert "Funeral allowance: The agency answered" in back
    assert "The result was handed over" in back


def test_agencies_ask_each_other_and_a_leader_goes_down_to_late_cases_and_to_verified_messages(told: Told) -> None:
    asked = told.text.partition("Agencies ask each other for their tasks")[2].partition("A death in the family")[0]
    assert "its owner asks DEMO/GOV/Z99.03/CIVIL/asks, for 15/KH-UBND: a reliable message" in asked
    assert "twice under one X-Road-Id: kept once, a person answers" in asked
    counted = told.text.partition("Counted from this demo's own cases")[2].partition("From the promise")[0]
    for what in ("cases: added 8", "exchange: added 2", "cards: added 3", "insurance-sample: added 1"):
        assert f"  {what}, revised 0, unchanged 0" in counted
    story = told.text.partition("From the promise to its proof")[2]
    assert "behind it 3 cases, 0 of them late" in story
    assert "behind it 8 cases, 2 of them late" in story
    assert len(re.findall(r"^    late: Z99\.01-\d{6}-\d{4} \(past the promised day\)$", story, re.MULTILINE)) == 2
    assert "DEMO/GOV/Z99.03/CIVIL/asks answered: Sổ của cơ quan (mẫu) có " in story
    assert story.count(": its proof is verified, http://") == 2


def test_what_it_leaves_is_verified_and_refused_by_the_root_key_alone(told: Told) -> None:
    found = re.search(r"root key (\S+)", told.text)
    assert found is not None
    root = VerifyKey(decode_base64url(found[1]))
    verdict = verify_package((told.folder / "evidence.zip").read_bytes(), root)
    assert [each.name for each in (*verdict.request_witnessed, *verdict.response_witnessed)] == ["DEMO/witness"] * 2
    assert verdict.target == "/r1/DEMO/GOV/Z99.02/AREAS/units/06886/successors?on=2025-06-30"
    with pytest.raises(EvidenceError, match="response/body"):
        verify_package((told.folder / "evidence-forged.zip").read_bytes(), root)


def test_a_true_package_is_not_taken_for_a_forged_one_nor_forged_twice(told: Told) -> None:
    found = re.search(r"root key (\S+)", told.text)
    assert found is not None
    with pytest.raises(SandboxError, match="expected the forged package to be refused, but it was accepted"):
        require_refusal((told.folder / "evidence.zip").read_bytes(), VerifyKey(decode_base64url(found[1])))
    with pytest.raises(SandboxError, match="expected a package with an undecided answer"):
        forge_answer((told.folder / "evidence-forged.zip").read_bytes())


def test_the_proof_of_the_persons_look_up_names_its_legal_basis_and_no_number(told: Told) -> None:
    found = re.search(r"root key (\S+)", told.text)
    assert found is not None
    raw = (told.folder / "evidence-own-record.zip").read_bytes()
    verdict = verify_package(raw, VerifyKey(decode_base64url(found[1])))
    target = verdict.target or ""
    assert target.startswith("/r1/DEMO/GOV/Z99.02/POPULATION/persons/999")
    number = target.split("/")[-1].split("?")[0].encode()
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        statements = b"".join(package.read(name) for name in package.namelist() if name.endswith("/statement.json"))
    assert b'"purpose":"91/2025/QH15"' in statements
    assert number not in statements


def test_nobody_else_of_the_machine_can_read_what_lies_in_its_folder(told: Told) -> None:
    shown = [path for path in told.folder.iterdir() if path.is_file() and path.stat().st_mode & 0o077]
    open_folders = [path for path in told.folder.iterdir() if path.is_dir() and path.stat().st_mode & 0o066]
    assert (shown, open_folders) == ([], [])


def test_it_goes_on_in_its_folder_stays_up_answers_the_curl_line_and_leaves_no_process_behind_when_it_is_killed(
    told: Told,
) -> None:
    with Stories() as stories:
        demo = _start(stories, told.folder)
        demo.wait_for(UP)
        before, after = (re.findall(r": (\d+) entries, root ", text) for text in (told.text, demo.text))
        # Between the two looks: the first demo's own record (two exchanges) and who looked at it, then 171 units, and
        # what the linked cases asked of these two members and of others.
        grown = [int(now) - int(then) for now, then in zip(after, before, strict=True)]
        assert min(grown) >= 2 * 3 + 2 * 171
        assert [size % 2 for size in grown] == [0, 0]
        (line,) = [line for line in demo.lines if line.startswith(UP)]
        content = _ask_as_curl(line)
        assert (content["unit"]["name"], content["decided"]) == ("Xã Hải Lạng", False)
        assert "one-time codes: " in demo.text
        for name in ("quan-tri-mau", "can-bo-tinh", "can-bo-xa"):
            assert f"sign in as {name}, password " in demo.text
        assert len(demo.child_pids()) == PROCESSES
        demo.process.kill()
        assert are_gone(demo.child_pids())
