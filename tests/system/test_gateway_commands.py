"""`lienthong gateway ...` as an operator runs it: what works, and what is refused in one line."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lienthong.kernel.clock import SystemClock
from lienthong.sandbox.federation import make_federation
from tests.simulators.callers import Caller, Question
from tests.simulators.pair import BOTH, Pair
from tests.simulators.service import RecordingService

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.sandbox.federation import Federation

LIENTHONG = Path(sys.executable).with_name("lienthong")


def _run(*words: object) -> subprocess.CompletedProcess[str]:
    command = [str(LIENTHONG), *(str(word) for word in words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def _require_refusal(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """The exit code is 1, and one line says what is wrong."""
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("lienthong: ")
    assert [word for word in words if word not in line] == [], line


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A federation whose gateways have never run."""
    folder = tmp_path_factory.mktemp("made") / "federation"
    make_federation(folder, SystemClock())
    return folder


@pytest.fixture
def federation(made: Path, tmp_path: Path) -> Federation:
    """A copy of it, to be spoilt, at addresses of its own."""
    shutil.copytree(made, tmp_path / "federation")
    return make_federation(tmp_path / "federation", SystemClock())


@pytest.fixture
def home(federation: Federation) -> Path:
    return federation.consumer.folder


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def _misspell(home: Path) -> None:
    _edit(home / "gateway.toml", "[listen]", "[listn]")


def _break_toml(home: Path) -> None:
    (home / "gateway.toml").write_text("gateway = [")


def _break_type(home: Path) -> None:
    with (home / "gateway.toml").open("a") as file:
        file.write('[limits]\nbody_bytes = "many"\n')


def _move_log_elsewhere(home: Path) -> None:
    (home / "log").rename(home / "log-elsewhere")


def _take_the_log_key_of_another(home: Path) -> None:
    shutil.copy(home.parent / "home-affairs" / "keys" / "log.key", home / "keys" / "log.key")


def _break_services(home: Path) -> None:
    (home / "services.toml").write_text("[services")


def _break_index(home: Path) -> None:
    (home / "index.sqlite").write_bytes(b"no database" * 100)


SPOILT = [
    (_misspell, ("unknown setting 'listn'", "'listen'")),
    (_break_toml, ("gateway.toml", "expected TOML")),
    (_break_type, ("gateway.toml", "limits.body_bytes", "`int`")),
    (lambda home: (home / "gateway.toml").unlink(), ("gateway.toml", "No such file")),
    (lambda home: _edit(home / "gateway.toml", "peers = ", 'peers = "nowhere" #'), ("nowhere", "host:port")),
    (lambda home: _edit(home / "gateway.toml", '/GW1/1"', '/GW2/1"'), ("gateway.toml", "must be")),
    (_move_log_elsewhere, ("there is no log in",)),
    (_take_the_log_key_of_another, ("keys/log.key is not the key of the log",)),
    (lambda home: (home / "keys" / "log.key").chmod(0o644), ("log.key", "expected mode 0600, got 0644", "chmod 600")),
    (lambda home: (home / "keys" / "store.key").chmod(0o640), ("store.key", "0640", "chmod 600")),
    (lambda home: (home / "keys" / "tls.key").chmod(0o604), ("tls.key", "0604", "chmod 600")),
    (lambda home: (home / "keys" / "log.key").unlink(), ("log.key", "No such file")),
    (lambda home: (home / "keys" / "tls.pem").unlink(), ("tls.pem", "No such file")),
    (lambda home: _edit(home / "gateway.toml", "certificates = []", 'certificates = ["x.pem"]'), ("certificates",)),
    (lambda home: (home.parent / "directory.json").unlink(), ("directory.json", "No such file")),
    (lambda home: _edit(home / "gateway.toml", 'root = "', 'root = "A'), ()),
    (_break_services, ("services.toml", "not TOML")),
    (_break_index, ("index.sqlite", "lienthong gateway reindex")),
]


@pytest.mark.parametrize(("spoil", "words"), SPOILT)
def test_a_gateway_does_not_start_on_what_it_cannot_trust(
    home: Path, spoil: Callable[[Path], object], words: tuple[str, ...]
) -> None:
    spoil(home)

    _require_refusal(_run("gateway", "serve", "--home", home), *words)

    assert not (home / "run.json").exists()


@pytest.mark.parametrize("name", ["peers", "consumers"])
def test_a_port_that_is_taken_is_named_with_its_setting(federation: Federation, home: Path, name: str) -> None:
    address = getattr(federation.consumer, name)
    host, _, port = address.rpartition(":")
    with socket.create_server((host, int(port))):
        done = _run("gateway", "serve", "--home", home)
    _require_refusal(done, f"gateway.toml: listen.{name} {address}", "already in use")


def test_a_home_that_is_not_there_is_refused(tmp_path: Path) -> None:
    done = _run("gateway", "serve", "--home", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "does not exist" in done.stderr


def test_a_log_is_made_once_and_never_over_another(home: Path) -> None:
    shutil.rmtree(home / "log")
    done = _run("gateway", "create-log", "--home", home)
    assert (done.returncode, done.stdout) == (0, f"made the log DEMO/GOV/Z99.01/GW1/1 in {home / 'log'}\n")
    before = {path: path.read_bytes() for path in (home / "log").rglob("*") if path.is_file()}

    _require_refusal(_run("gateway", "create-log", "--home", home), "expected no log in", "found segments")

    assert {path: path.read_bytes() for path in (home / "log").rglob("*") if path.is_file()} == before


def test_an_index_that_is_lost_is_made_again_and_exchanges_are_found_as_before(tmp_path: Path) -> None:
    with Pair(tmp_path / "federation") as pair, RecordingService(pair.federation.areas_port):
        pair.start(*BOTH)
        caller = Caller(pair.door)
        questions = [Question("POST", body=b"x"), Question("GET")]
        for question in questions:
            assert caller.ask(question)
        caller.close()
        time.sleep(2.1)  # until the entries are published
        for home in pair.homes.values():
            _require_refusal(_run("gateway", "reindex", "--home", home.folder), "stop that gateway first")
        assert [pair.terminate(side) for side in BOTH] == [0, 0]
        for home in pair.homes.values():
            name = f"{home.folder.name}.zip"
            exchange = next(iter(caller.outcomes.acknowledged))
            assert _run("evidence", "export", exchange, "--home", home.folder, "-o", tmp_path / name).returncode == 0
            (home.folder / "index.sqlite").unlink()
            lost = _run("evidence", "export", exchange, "--home", home.folder, "-o", tmp_path / "lost.zip")
            _require_refusal(lost, "index.sqlite", "lienthong gateway reindex")

            done = _run("gateway", "reindex", "--home", home.folder)

            assert done.returncode == 0, done.stderr
            assert f"indexed 4 entries of {home.folder / 'log'}" in done.stdout
            for wanted in (exchange, questions[0].xroad_id):
                again = tmp_path / f"{wanted}-{name}"
                assert _run("evidence", "export", wanted, "--home", home.folder, "-o", again).returncode == 0
                assert again.read_bytes() == (tmp_path / name).read_bytes()
        pair.start(*BOTH)
