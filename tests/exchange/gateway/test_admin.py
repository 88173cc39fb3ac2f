"""Who may read what a gateway publishes of its log (rule 8.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.evidence.checkpoint import verify_checkpoint
from lienthong.kernel.keys import load_signing_key
from lienthong.sandbox.gateway_home import hash_token
from tests.exchange.gateway.province import CLIENT, SERVICE
from tests.exchange.gateway.running import RunningGateway, call
from tests.simulators.peer import make_question

if TYPE_CHECKING:
    from tests.exchange.gateway.province import Province
    from tests.exchange.gateway.running import Reply
    from tests.simulators.peer import Peer

MEMBER, AUDITOR = "token-of-a-member", "token-of-an-auditor"
HASHES, ENTRIES = "/tile/0/000.p/2", "/tile/entries/000.p/2"
ELSEWHERE = (
    "/tile/../checkpoint",
    "/tile/..%2f..%2fkeys/log.key",
    "/tile/entries/../../segments/00000000000000000000.seg",
    "/tile/%2e%2e/keys/store.key",
    "/tile/0/000.p/2%00",
    "/tile//etc/passwd",
    "/keys/log.key",
)


def test_heads_and_hashes_go_to_members_entries_to_auditors_and_nothing_to_others(
    province: Province, liar: Peer
) -> None:
    with (province.agency.folder / "gateway.toml").open("a") as settings:
        settings.write(f'[admin]\nmembers = ["{hash_token(MEMBER)}"]\nauditors = ["{hash_token(AUDITOR)}"]\n')
    with RunningGateway(province.agency.folder) as gateway:
        with liar.dial(gateway.peers) as link:
            link.hear(link.ask(make_question(CLIENT, f"{SERVICE}/granted/1")))
        gateway.stop()
    with RunningGateway(province.agency.folder) as gateway:

        def get(target: str, token: str = "") -> Reply:
            return call(gateway.admin, "GET", target, {"Authorization": f"Bearer {token}"} if token else {})

        for target in ("/checkpoint", HASHES, ENTRIES):
            assert [get(target).status, get(target, "guess").status] == [403, 403]
        assert [get("/checkpoint", MEMBER).status, get(HASHES, MEMBER).status] == [200, 200]
        assert get(ENTRIES, MEMBER).status == 403
        assert [get(target, AUDITOR).status for target in ("/checkpoint", HASHES, ENTRIES)] == [200] * 3
        key = load_signing_key(province.agency.keys / "log.key").verify_key
        assert verify_checkpoint(get("/checkpoint", MEMBER).body, province.agency.origin, key).size == 2
        for target in ELSEWHERE:
            assert (target, get(target, AUDITOR).status in {403, 404}) == (target, True)
            assert (target, get(target, MEMBER).status in {403, 404}) == (target, True)
        assert get("/health").status == 200
        assert "DEMO/GOV/Z99.01" not in get("/health").body.decode()
