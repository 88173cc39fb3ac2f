"""Runs the simulated portal: `python -m lienthong.sandbox.national_portal.serve SETTINGS`, until told to stop."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from lienthong.cases.catalogue import load_catalogue
from lienthong.sandbox.national_portal.book import open_book
from lienthong.sandbox.national_portal.desk import Desk
from lienthong.sandbox.national_portal.pages import Pages
from lienthong.sandbox.ports import LOOPBACK


class PortalSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The portal's file: where it listens and keeps its book, and the province's account with its secret's file."""

    port: int
    folder: str
    account: str
    secret_file: str
    unit: str
    """The receiving unit for which people file here."""

    @property
    def behaviour(self) -> Path:
        """What it is told to do otherwise than usual."""
        return Path(self.folder) / "behaviour.json"


def main() -> int:
    """Run until SIGTERM; gives the exit code."""
    settings = msgspec.toml.decode(Path(sys.argv[1]).read_bytes(), type=PortalSettings)
    uvicorn.run(make_app(settings), host=LOOPBACK, port=settings.port, log_level="warning", access_log=False)
    return 0


def make_app(settings: PortalSettings) -> Starlette:
    """Open the book; gives calls below `/api` and pages beside them."""
    folder = Path(settings.folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    book = open_book(folder / "book.sqlite")
    secret = Path(settings.secret_file).read_text("utf-8").strip()
    desk = Desk(book, settings.account, secret, settings.behaviour)
    pages = Pages(book, load_catalogue(), settings.unit)
    return Starlette(routes=[Mount("/api", routes=desk.make_routes()), *pages.make_routes()])


if __name__ == "__main__":
    sys.exit(main())
