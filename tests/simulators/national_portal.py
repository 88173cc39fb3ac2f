"""The sandbox's simulated national portal in a thread, with a real socket; `behave` lets it lose answers or be down."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import msgspec
import uvicorn

from lienthong.cases.catalogue import load_catalogue
from lienthong.cases.forms import verify_answers
from lienthong.cases.house import find_day
from lienthong.cases.national_portal.link import PortalLink
from lienthong.cases.national_portal.portal import NationalPortal
from lienthong.cases.national_portal.settings import NationalPortalSettings
from lienthong.sandbox.national_portal.behaviour import USUAL, PortalBehaviour, set_behaviour
from lienthong.sandbox.national_portal.book import open_book
from lienthong.sandbox.national_portal.forms import read_fixture
from lienthong.sandbox.national_portal.office import ACCOUNT, UNIT, make_portal_office
from lienthong.sandbox.national_portal.serve import PortalSettings, make_app
from tests.cases.documents.files import make_photo
from tests.cases.documents.house import make_house
from tests.cases.houses import START

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from lienthong.cases.house import Cases

OWN_UNIT = "Z99.01"


class SimulatedPortal:
    """Runs from `with` to its end."""

    def __init__(self, folder: Path) -> None:
        self.office = make_portal_office(folder)
        settings = msgspec.toml.decode(self.office.settings.read_bytes(), type=PortalSettings)
        config = uvicorn.Config(make_app(settings), host="127.0.0.1", port=self.office.port, log_level="error")
        self.server = uvicorn.Server(config)
        self.book = open_book(self.office.folder / "book.sqlite")
        self._thread = threading.Thread(target=self.server.run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        until = time.monotonic() + 20
        while not self.server.started:
            assert time.monotonic() < until
            time.sleep(0.01)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.server.should_exit = True
        self._thread.join(10)

    def behave(self, behaviour: PortalBehaviour = USUAL) -> None:
        """Let it behave otherwise from its next answer on."""
        set_behaviour(self.office.behaviour, behaviour)

    def link(self, answer_s: float = 5.0) -> PortalLink:
        """Give a way to it, as the province's account."""
        return PortalLink(f"{self.office.url}/api", ACCOUNT, self.office.secret_file.read_text, answer_s)

    def file(self, **changes: Any) -> str:  # noqa: ANN401 # of any field
        """File the birth of the committed fixture, with a paper that can be read."""
        file_id, digest = self.book.keep_file(make_photo())
        document = read_fixture("inbound-filing")
        (paper,) = document["ThanhPhanHoSo"]
        papers = [{**paper, "IdTepTin": file_id, "MaBam": digest}]
        told = {"MaHoSo": self.book.draw_number(UNIT), "MaDonViTiepNhan": UNIT, "ThanhPhanHoSo": papers, **changes}
        self.book.keep_filing(document | told)
        return str(told["MaHoSo"])

    def make_province(self, folder: Path, **more: Any) -> tuple[Cases, NationalPortal]:  # noqa: ANN401 # any part
        """Give a house of cases that has it as its portal, with the real catalogue and forms."""
        day = find_day(START)
        cases = make_house(
            folder,
            catalogue=load_catalogue(),
            verify_answers=lambda procedure, answers: verify_answers(procedure.form, answers, day),
            **more,
        )
        settings = NationalPortalSettings(units={UNIT: OWN_UNIT}, counter_cases=True)
        portal = NationalPortal(self.link(), settings, cases)
        return replace(cases, portal=portal), portal
