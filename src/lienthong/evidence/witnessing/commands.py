"""The commands of a witness that is a program of its own: `lienthong witness …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Home = Annotated[Path, typer.Option(help="The witness's home folder.", file_okay=False)]


def init(home: Home, name: Annotated[str, typer.Option(help="Its name, as INSTANCE/witness.")]) -> None:
    """Make a witness's key and memory, and print what the directory lists."""
    from lienthong.evidence.cosignature import format_cosigner
    from lienthong.evidence.witnessing.home import make_witness_home
    from lienthong.kernel.canonical import encode_base64url

    cosigner = make_witness_home(home, name)
    typer.echo(f"verifier key {format_cosigner(cosigner)}")
    typer.echo(f'for the directory: {{"name": "{name}", "key": "{encode_base64url(cosigner.key.raw)}", "url": …}}')


def serve(
    home: Home,
    directory: Annotated[Path, typer.Option(help="The signed directory, read again when it changes.", dir_okay=False)],
    root: Annotated[str, typer.Option(help="The one key that is trusted for it, base64url.")],
    listen: Annotated[str, typer.Option(help="HOST:PORT")] = "127.0.0.1:5600",
) -> None:
    """Serve add-checkpoint (C2SP tlog-witness) until SIGTERM or SIGINT."""
    import uvicorn

    from lienthong.directory.members import DirectoryFile
    from lienthong.evidence.witness_app import make_witness_app
    from lienthong.evidence.witnessing.home import WitnessHome
    from lienthong.kernel.canonical import decode_base64url
    from lienthong.kernel.clock import SystemClock
    from lienthong.kernel.keys import VerifyKey

    host, _, port = listen.rpartition(":")
    opened = WitnessHome(home, DirectoryFile(directory, VerifyKey(decode_base64url(root))), SystemClock())
    try:
        uvicorn.run(make_witness_app(opened.witness), host=host, port=int(port), lifespan="off", access_log=False)
    finally:
        opened.close()


def make_witness_commands() -> typer.Typer:
    """Give the commands under `lienthong witness`."""
    app = typer.Typer(no_args_is_help=True, help="Cosign the heads of an instance's logs.")
    app.command("init")(init)
    app.command("serve")(serve)
    return app
