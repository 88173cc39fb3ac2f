"""Who a peer is (rules 4.2 and 7.4): a pinned TLS key, and an open log of that very gateway."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from lienthong.directory.authority import issue_certificate, make_authority, make_tls_key
from lienthong.directory.members import LogClosure, LogKey
from lienthong.exchange.gateway.frames import RefuseFrame
from lienthong.exchange.gateway.peers import make_tls_contexts
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import make_signing_key
from tests.exchange.gateway.province import AGENCY, CLIENT, COMMUNE, SERVICE, STRANGER, TOKEN, read_kinds
from tests.exchange.gateway.running import RunningGateway, call
from tests.simulators.peer import LinkGone, PeerServer, make_question

if TYPE_CHECKING:
    from lienthong.directory.authority import Authority
    from tests.exchange.gateway.province import Province
    from tests.simulators.backend import Backend
    from tests.simulators.peer import Peer

TARGET = f"{SERVICE}/granted/06886"
HEADERS = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}


def close_log(log: LogKey) -> LogKey:
    closure = LogClosure(size=0, root=encode_base64url(bytes(32)), time=log.since + 1, reason="rotation")
    return replace(log, closed=closure)


def make_tls(province: Province, authority: Authority, trusted: str) -> tuple[ssl.SSLContext, str]:
    """Give a context to dial with, under a fresh key that is certified in the commune's name, and the key's pin."""
    key = make_tls_key()
    folder = province.folder / "other-tls"
    folder.mkdir()
    (folder / "tls.key").write_bytes(key.private_pem)
    certificate = issue_certificate(authority, f"{COMMUNE}/GW1", key.public_der, ("127.0.0.1:1",), 1)
    (folder / "tls.pem").write_bytes(certificate)
    return make_tls_contexts(trusted, folder / "tls.pem", folder / "tls.key")[0], key.fingerprint


# Rule 4.2: the TLS peer is the gateway's pinned key.


def test_a_certified_key_that_the_directory_does_not_pin_gets_no_word(
    province: Province, provider: RunningGateway, liar: Peer
) -> None:
    with liar.connect(provider.peers, make_tls(province, province.authority, province.directory.authority)[0]) as link:
        link.say_hello()
        assert link.is_gone()
        assert link.to == ""


@pytest.mark.parametrize("shows", ["a certificate of another authority", "no certificate"])
def test_without_a_certificate_of_the_directorys_authority_no_link_stands(
    shows: str, province: Province, provider: RunningGateway, liar: Peer
) -> None:
    tls = ssl.create_default_context(cadata=province.directory.authority)
    tls.check_hostname = False
    if shows.startswith("a"):
        tls, _ = make_tls(province, make_authority("another"), province.directory.authority)
    try:
        with liar.connect(provider.peers, tls) as link:
            link.say_hello()
            assert link.is_gone()
    except (LinkGone, ssl.SSLError):
        pass
    assert provider.health()["links"] == []


# Rule 4.2: the origin's key is in the directory, open, and of the gateway whose TLS key it is.


@pytest.mark.parametrize(
    "origin", [f"{COMMUNE}/GW1/9", f"{STRANGER}/GW1/1", f"{AGENCY}/GW1/1", "", "nonsense", "x" * 3000]
)
def test_a_peer_speaks_for_an_open_log_of_its_own_only(
    origin: str, province: Province, provider: RunningGateway, liar: Peer
) -> None:
    with liar.connect(provider.peers) as link:
        link.say_hello(origin=origin or "/")
        assert link.is_gone()
    assert read_kinds(province.agency) == []


def test_another_gateways_tls_key_does_not_speak_for_a_log(
    province: Province, provider: RunningGateway, liar: Peer
) -> None:
    stranger = province.play(STRANGER)
    with liar.connect(provider.peers, stranger.dial_with) as link:
        link.say_hello(origin=liar.origin)
        assert link.is_gone()
    stranger.close()


def test_a_closed_log_is_not_spoken_for(province: Province, liar: Peer) -> None:
    province.change_log(COMMUNE, close_log)
    with RunningGateway(province.agency.folder) as gateway, liar.connect(gateway.peers) as link:
        link.say_hello()
        assert link.is_gone()


def test_another_key_for_the_log_makes_its_heads_worthless(province: Province, liar: Peer, service: Backend) -> None:
    province.change_log(COMMUNE, lambda log: replace(log, key=make_signing_key().verify_key))
    with RunningGateway(province.agency.folder) as gateway, liar.dial(gateway.peers) as link:
        link.ask(make_question(CLIENT, TARGET))
        assert link.is_gone()
    assert service.calls == []


# Rules 1.5 and 7.4: a new directory ends the links of what it revokes, and only those.
def test_a_new_directory_ends_the_links_of_a_closed_log_and_of_a_dropped_tls_key_and_no_others(
    province: Province, liar: Peer
) -> None:
    stranger = province.play(STRANGER)
    second_tls, second_pin = make_tls(province, province.authority, province.directory.authority)
    province.change_gateway(STRANGER, lambda each: replace(each, tls=(*each.tls, second_pin)))
    with (
        RunningGateway(province.agency.folder) as gateway,
        liar.dial(gateway.peers) as closed,
        stranger.dial(gateway.peers) as dropped,
        stranger.connect(gateway.peers, second_tls) as kept,
    ):
        kept.say_hello()
        kept.hear_hello()
        kept.hear(kept.ask(make_question(f"{STRANGER}/PORTAL", TARGET)))
        province.change_log(COMMUNE, close_log)
        province.change_gateway(STRANGER, lambda each: replace(each, tls=(second_pin,)))
        assert closed.is_gone()
        assert dropped.is_gone()
        # A peer's history stays known, or each new directory would be the moment to rewrite it.
        with stranger.connect(gateway.peers, second_tls) as later:
            later.say_hello()
            assert later.hear_hello().seen == 1
        refusal, _ = kept.hear(kept.ask(make_question(f"{STRANGER}/PORTAL", TARGET)))
        assert isinstance(refusal, RefuseFrame)
    stranger.close()


# The same of a gateway that is dialled.


def test_a_gateway_that_answers_with_another_key_is_not_asked(province: Province, consumer: RunningGateway) -> None:
    stranger = province.play(STRANGER)
    asked: list[object] = []
    server = PeerServer(stranger, province.agency.peers)
    server.behave = lambda _link, question: asked.append(question)
    reply = call(consumer.consumers, "GET", f"/r1/{TARGET}", HEADERS)
    assert (reply.status, reply.code) == (500, "server.clientproxy.network_error")
    assert (asked, read_kinds(province.commune)) == ([], [])
    server.close()
    stranger.close()


def test_a_gateway_that_speaks_for_another_log_is_not_asked(
    province: Province, consumer: RunningGateway, false_agency: PeerServer
) -> None:
    false_agency.peer.origin = f"{STRANGER}/GW1/1"
    reply = call(consumer.consumers, "GET", f"/r1/{TARGET}", HEADERS)
    assert (reply.status, reply.code) == (500, "server.clientproxy.network_error")
    assert read_kinds(province.commune) == []
