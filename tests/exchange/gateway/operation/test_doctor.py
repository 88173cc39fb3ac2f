from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from lienthong.exchange.gateway.home import open_home
from lienthong.exchange.gateway.operation.doctor import Finding, Level, examine
from lienthong.kernel.clock import SystemClock
from tests.clocks import SetClock
from tests.exchange.gateway.province import AGENCY, COMMUNE
from tests.exchange.gateway.running import RunningGateway
from tests.exchange.gateway.test_witnessing import wait_for_head, watchful, witness

if TYPE_CHECKING:
    from lienthong.sandbox.gateway_home import GatewayHome
    from tests.exchange.gateway.province import Province
    from tests.simulators.witness_server import WitnessServer

__all__ = ["witness"]
DAY_MS = 24 * 60 * 60 * 1000


def look(home: GatewayHome, ahead_ms: int = 0) -> list[Finding]:
    return examine(open_home(home.folder, {}), SetClock(SystemClock().now_ms() + ahead_ms))


def bad_of(findings: list[Finding]) -> list[str]:
    assert all(each.do for each in findings if each.level is not Level.OK)
    return [each.check for each in findings if each.level is Level.BAD]


def test_a_sound_home_has_no_bad_finding_and_peers_are_reached_while_they_run(province: Province) -> None:
    at_rest = look(province.commune)
    assert bad_of(at_rest) == []
    assert any("does not run" in each.text for each in at_rest)
    peer = next(each for each in at_rest if each.text.startswith(f"{AGENCY}/GW1"))
    assert (peer.level, "not reached" in peer.text) == (Level.WARNING, True)
    with RunningGateway(province.agency.folder), RunningGateway(province.commune.folder):
        running = look(province.commune)
        assert bad_of(running) == []
        assert any(each.text.endswith(" runs") for each in running)
        assert any(each.level is Level.OK and each.text.startswith(f"{AGENCY}/GW1 answers") for each in running)
    assert not (province.commune.folder / "doctor.tmp").exists()


def test_what_is_wrong_is_found_one_by_one(province: Province) -> None:
    home = province.commune
    (home.keys / "store.key").chmod(0o644)
    assert bad_of(look(home)) == ["keys"]
    (home.keys / "store.key").chmod(0o600)
    (home.keys / "index.key").rename(home.keys / "away")
    assert bad_of(look(home)) == ["keys"]
    (home.keys / "away").rename(home.keys / "index.key")
    grants = (home.folder / "grants.toml").read_text() if (home.folder / "grants.toml").exists() else ""
    (home.folder / "grants.toml").write_text("[[grant]]\nto = 1\n")
    assert bad_of(look(home)) == ["settings"]
    (home.folder / "grants.toml").write_text(grants)
    assert bad_of(look(home, 10_000 * DAY_MS)) == ["certificate", "directory"]
    assert "clock" in bad_of(look(home, -10_000 * DAY_MS))
    pem = (home.keys / "tls.pem").read_bytes()
    (home.keys / "tls.pem").write_bytes((province.agency.keys / "tls.pem").read_bytes())
    assert set(bad_of(look(home))) >= {"certificate", "peers"}
    (home.keys / "tls.pem").write_bytes(pem)
    assert bad_of(look(home)) == []


def test_a_log_whose_end_is_lost_and_one_of_another_key_are_found(province: Province) -> None:
    home = province.commune
    log_key = (home.keys / "log.key").read_bytes()
    segment = next((home.folder / "log" / "segments").glob("*.seg"))
    whole = segment.read_bytes()
    segment.write_bytes(b"x" + whole[1:])
    assert bad_of(look(home)) == ["log"]
    segment.write_bytes(whole)
    (home.keys / "log.key").unlink()
    assert set(bad_of(look(home))) == {"keys", "log"}
    (home.keys / "log.key").write_bytes(log_key)
    (home.keys / "log.key").chmod(0o600)
    assert bad_of(look(home)) == []


def test_how_far_witnesses_have_cosigned_is_told_and_that_they_are_late(
    province: Province, witness: WitnessServer
) -> None:
    home = province.commune
    (before,) = [each for each in look(home) if each.check == "witnesses"]
    assert (before.level, before.text) == (Level.WARNING, "no head of this log is cosigned yet")
    with RunningGateway(home.folder, watchful(20.0)):
        wait_for_head(home.folder / "cosigned-head", 0, home.origin, witness)
        (cosigned,) = [each for each in look(home) if each.check == "witnesses"]
        assert (cosigned.level, cosigned.text) == (Level.OK, "DEMO/witness cosigned 0 entries 0 minutes ago")
        (late,) = [each for each in look(home, 6 * 60_000) if each.check == "witnesses"]
        assert (late.level, bool(late.do)) == (Level.WARNING, True)


@pytest.mark.parametrize("change", ["unlist", "close"])
def test_a_gateway_that_the_directory_does_not_take_is_told(province: Province, change: str) -> None:
    if change == "unlist":
        province.change_gateway(COMMUNE, lambda each: msgspec.structs.replace(each, tls=()))
        assert "certificate" in bad_of(look(province.commune))
    else:
        province.change_log(COMMUNE, lambda log: msgspec.structs.replace(log, origin=f"{log.origin}9"))
        assert "directory" in bad_of(look(province.commune))
