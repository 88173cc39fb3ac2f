"""The instance's own witness, kept and served by the directory's server; a lower house states what it needs of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.routing import Mount

from lienthong.directory.members import Witness as ListedWitness
from lienthong.evidence.witness_app import make_witness_routes
from lienthong.evidence.witnessing.home import WitnessHome, make_witness_home
from lienthong.kernel.clock import SystemClock

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.routing import BaseRoute

    from lienthong.directory.members import Directory
    from lienthong.directory.office import Office

FOLDER: Final = "witness"
PATH: Final = "/witness"


class WitnessBesideDirectory:
    """Makes and opens the witness in the directory's own folder."""

    def make(self, folder: Path, instance: str, address: str) -> ListedWitness:
        """Make key and memory in `folder`/witness; refused (`KEY_EXISTS`) where there is a key already."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{instance}/witness"
        cosigner = make_witness_home(folder / FOLDER, name)
        return ListedWitness(name, cosigner.key, f"http://{address}{PATH}")

    def routes(self, office: Office) -> list[BaseRoute]:
        """Open it for as long as the process runs; a directory that was made without one has none."""
        folder = office.folder / FOLDER
        if not folder.is_dir():
            return []
        home = WitnessHome(folder, _Served(office), SystemClock())
        return [Mount(PATH, routes=make_witness_routes(home.witness))]


class _Served:
    """The directory as it is served now, revocations subtracted: a revoked log gets no cosignature."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def refresh(self) -> bool:
        """Nothing to do: each look reads what is served."""
        return False

    def current(self) -> Directory:
        """Give the directory."""
        return self._office.live_directory()
