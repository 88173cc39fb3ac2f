"""A province for linked cases in this process: five members' gateways and agencies, each in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

import msgspec

from lienthong.cases.agency_exchange import AgencyExchange
from lienthong.exchange.client import GatewayClient, Retries
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.clock import SystemClock
from lienthong.provider.kit import Probe, ask
from lienthong.sandbox.agencies.behaviour import USUAL, Behaviour, set_behaviour
from lienthong.sandbox.agencies.book import Book
from lienthong.sandbox.agencies.offices import CASES, SERVICE_NAMES, make_offices
from lienthong.sandbox.agencies.serve import AgencySettings, make_desk, serve_desk
from lienthong.sandbox.federation import make_federation
from lienthong.sandbox.gateway_home import ensure_secret
from lienthong.sandbox.members import CIVIL_REGISTRY, HOME_AFFAIRS, PROVINCE
from lienthong.sandbox.ports import find_free_ports
from lienthong.sandbox.purposes import list_purposes
from tests.exchange.gateway.running import RunningGateway
from tests.simulators.population import POPULATION, PopulationDesk

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from lienthong.sandbox.agencies.desk import Desk

QUICK = """
[outbox]
first_pause_s = 0.1
longest_pause_s = 0.3
"""


class RunningDesk:
    """One agency's desk in a thread."""

    def __init__(self, desk: Desk, port: int) -> None:
        self.desk = desk
        self._port = port
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.wait_for(is_up=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)

    def behave(self, behaviour: Behaviour = USUAL) -> None:
        """Let it behave otherwise from now on."""
        set_behaviour(self.desk.behaviour_file, behaviour)
        self.wait_for(is_up=not behaviour.is_down)

    def wait_for(self, *, is_up: bool) -> None:
        """Wait until somebody listens, or nobody."""
        until = time.monotonic() + 20
        probe = Probe(f"http://127.0.0.1:{self._port}/none", b"", b"")
        while (ask(probe, "up").status is not None) != is_up:
            assert time.monotonic() < until
            time.sleep(0.01)

    def count_of(self, service: str, number: str) -> int:
        """Count what it did at a service about a person."""
        with self.desk.book.begin() as connection:
            query = "SELECT count(*) FROM entry WHERE service = ? AND state = 'done' AND result ->> '$.number' = ?"
            (count,) = connection.execute(query, (service, number)).fetchone()
        return int(count)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        await serve_desk(self.desk, self._port, self._stopped)


class LinkedProvince:
    """All of it; `exchange` is the way of the cases' system to the agencies."""

    def __init__(self, folder: Path) -> None:
        self.federation = make_federation(folder, SystemClock(), PROVINCE)
        offices = make_offices(self.federation, list_purposes().by_agency)
        self._held = ExitStack()
        self.desks: dict[str, RunningDesk] = {}
        self._gateways: dict[str, RunningGateway] = {}
        for office in offices:
            settings = msgspec.toml.decode(office.settings.read_bytes(), type=AgencySettings)
            self.desks[office.kind.subsystem] = RunningDesk(make_desk(settings), office.port)
        self.desks["POPULATION"] = self._make_population(folder)
        for home in self.federation.homes:
            with (home.folder / "gateway.toml").open("a") as file:
                file.write(QUICK)

    def _make_population(self, folder: Path) -> RunningDesk:
        (port,) = find_free_ports(1)
        own = folder / "population"
        own.mkdir()
        secret = encode_base64url(ensure_secret(own / "gateway.secret"))
        services, grants = "", ""
        for service in POPULATION.list_services():
            services += f"""
[services."POPULATION/{service}"]
url = "http://127.0.0.1:{port}/{service}"
secret_file = "../population/gateway.secret"
idempotent = true
requires_purpose = true
"""
            for client in (CASES, CIVIL_REGISTRY.name_subsystem("CIVIL")):
                grants += f"""
[[grant]]
to = "{client}"
service = "POPULATION/{service}"
methods = ["POST"]
paths = ["/**"]
"""
        home = self.federation.find_home(HOME_AFFAIRS).folder
        (home / "services.toml").write_text(services)
        (home / "grants.toml").write_text(grants)
        desk = PopulationDesk(POPULATION, Book(own / "book.sqlite"), secret, own / "behaviour.json")
        return RunningDesk(desk, port)

    def __enter__(self) -> Self:
        for desk in self.desks.values():
            self._held.enter_context(desk)
        for home in self.federation.homes:
            self.start_gateway(home.folder.name)
        token = self.federation.read_token("CASES")
        client = GatewayClient(self.federation.consumer.consumers, CASES, token, retries=Retries(tries=1))
        self._held.callback(client.close)
        self.exchange = AgencyExchange(client, SERVICE_NAMES, 3600, longest_pause_s=0.2, patience_s=5.0)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._held.close()
        for gateway in self._gateways.values():
            gateway.end_at_once()

    def start_gateway(self, name: str) -> None:
        """Start a member's gateway, also again."""
        self._gateways[name] = RunningGateway(self.federation.folder / name)
        self._gateways[name].start()

    def stop_gateway(self, name: str) -> None:
        """End a member's gateway at once."""
        self._gateways.pop(name).end_at_once()

    def behave_as_usual(self) -> None:
        """End every fault."""
        for desk in self.desks.values():
            desk.behave()
        for home in self.federation.homes:
            if home.folder.name not in self._gateways:
                self.start_gateway(home.folder.name)
