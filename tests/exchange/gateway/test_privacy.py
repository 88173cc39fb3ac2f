"""Rule 8.5: what people are called and which case they have stands in no log, index, tile, bundle or message of ours.

Two gateways run as programs and carry real exchanges of all outcomes, all full of marked data. Then every byte of
both homes and of what the programs said is searched. Only the encrypted stores may hold it: there it must be.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from base64 import b64encode, urlsafe_b64encode
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from lienthong.evidence.bodies import BodyStore
from lienthong.evidence.store import load_store_key
from lienthong.evidence.subject import open_content
from lienthong.kernel.clock import SystemClock
from lienthong.sandbox.gateway_home import hash_token
from tests.exchange.gateway.canaries import files_under, forms_of, search
from tests.exchange.gateway.province import (
    CLIENT,
    PERSONS,
    SERVICE,
    TOKEN,
    read_entries,
    read_kinds,
    require_sound,
)
from tests.exchange.gateway.running import PATIENCE_S, Reply, call
from tests.simulators.backend import BackendAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.sandbox.gateway_home import GatewayHome
    from tests.exchange.gateway.province import Province
    from tests.simulators.backend import Backend

NAME = "Nguyễn Thị Bạch Yến"
OPERATOR = "token-of-an-operator"
CASE = "H49.19-240307-0001"
NUMBERS = {
    "path": "001095000001",
    "query": "001095000002",
    "user": "001095000003",
    "body": "001095000004",
    "id": "001095000005",
    "answer": "001095000006",
    "answer's header": "001095000007",
    "refused path": "001095000008",
    "path with two meanings": "001095000009",
    "unproven caller": "001095000010",
    "time-out": "001095000011",
    "unknown service": "001095000012",
    "malformed": "001095000013",
    "large body": "001095000014",
    "method override": "001095000015",
    "represented party": "001095000016",
    "reliable path": "001095000017",
    "reliable id": "001095000018",
}
CANARIES = (NAME, "Bạch Yến", CASE, "-240307-", *NUMBERS.values())
BODY = json.dumps({"name": NAME, "number": NUMBERS["body"], "case": CASE}, ensure_ascii=False).encode()
ANSWER = json.dumps({"name": NAME, "number": NUMBERS["answer"]}, ensure_ascii=False).encode()
LARGE = BODY + NUMBERS["large body"].encode() * 90_000


@contextmanager
def program(home: GatewayHome, folder: Path) -> Iterator[str]:
    """Run a gateway as a program, all that it says going into a file; gives its callers' address."""
    said = folder / f"{home.folder.name}.said"
    with said.open("wb") as file:
        command = [sys.executable, "-m", "lienthong", "gateway", "serve", "--home", str(home.folder)]
        process = subprocess.Popen(command, stdout=file, stderr=file)
        try:
            until = time.monotonic() + PATIENCE_S
            while not (home.folder / "run.json").exists():
                assert process.poll() is None, said.read_text()
                assert time.monotonic() < until
                time.sleep(0.02)
            yield json.loads((home.folder / "run.json").read_bytes())["consumers"]
        finally:
            process.terminate()
            assert process.wait(PATIENCE_S) == 0


def ask(address: str, target: str, body: bytes | None = None, **more: str) -> Reply:
    headers = {
        "X-Road-Client": CLIENT,
        "X-Road-Token": TOKEN,
        "X-Road-Purpose": f"1.001193#{CASE}",
        "X-Road-UserId": f"VN{NUMBERS['user']}",
        "X-Road-Represented-Party": f"COM/{NUMBERS['represented party']}",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    return call(address, "GET" if body is None else "POST", f"/r1/{target}", headers, body)


def ask_everything(address: str, service: Backend) -> None:
    """Make exchanges of all outcomes: answered, refused in several ways, unknown, not even understood."""
    n = NUMBERS
    reply = ask(address, f"{PERSONS}/{n['path']}?cccd={n['query']}", BODY, X_Road_Id=f"case-{n['id']}")
    assert (reply.status, reply.body) == (200, ANSWER)
    assert ask(address, f"{PERSONS}/{n['path']}", LARGE).status == 200
    assert ask(address, f"{SERVICE}/secret/{n['refused path']}").code.endswith("access_denied")
    assert ask(address, f"{SERVICE}/granted/..%2f{n['path with two meanings']}").code.endswith("access_denied")
    override = ask(address, f"{SERVICE}/granted/1", BODY, X_HTTP_Method_Override=n["method override"])
    assert override.code.endswith("access_denied")
    missing = SERVICE.replace("units", "missing") + f"/{n['unknown service']}"
    assert ask(address, missing).code.endswith("unknown_service")
    unproven = ask(address, f"{PERSONS}/{n['unproven caller']}", X_Road_Token=n["unproven caller"])
    assert unproven.code.endswith("ssl_authentication_failed")
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), PATIENCE_S) as smuggler:
        smuggler.sendall(f"GET /{n['malformed']} HTTP/1.1\r\nHost: a\r\nHost: b\r\nName: {NAME}\r\n\r\n".encode())
        assert b"400" in smuggler.recv(1000)
    named = {"Prefer": "respond-async", "X_Road_Id": f"case-{n['reliable id']}"}
    assert ask(address, f"{PERSONS}/{n['reliable path']}", LARGE, **named).status == 202
    while not any(n["reliable path"] in each.target for each in service.calls):
        time.sleep(0.02)
    service.may_answer.clear()
    late = ask(address, SERVICE.replace("units", "quick") + f"/{n['time-out']}")
    assert late.code.endswith("service_failed.timeout")
    service.may_answer.set()


def test_nothing_about_people_or_cases_lies_outside_the_encrypted_stores(province: Province, service: Backend) -> None:
    header = ("X-Person", NUMBERS["answer's header"])
    service.answer = BackendAnswer(headers=(("Content-Type", "application/json"), header), body=ANSWER)
    homes = (province.agency, province.commune)
    for home in homes:
        with (home.folder / "gateway.toml").open("a") as settings:
            settings.write(f'[admin]\noperators = ["{hash_token(OPERATOR)}"]\nmonitoring_file = "monitoring.jsonl"\n')
    with program(province.agency, province.folder), program(province.commune, province.folder) as address:
        ask_everything(address, service)
        time.sleep(1.2)
        for home in homes:
            keep_what_operators_see(home, province.folder)
        # While they run, and after they have published and closed everything.
        assert search(files_under(province.folder), CANARIES) == []
    assert search(files_under(province.folder), CANARIES) == []
    for home in homes:
        assert b"succeeded" in (home.folder / "monitoring.jsonl").read_bytes()
        require_sound(home)
        assert list((home.folder / "log" / "tile" / "entries").rglob("*")) != []
    assert {"received", "response", "refused", "unknown"} == set(read_kinds(province.agency))
    assert {"request", "received"} == set(read_kinds(province.commune))
    # The search would find it: in each form, in a file of the same folders.
    require_found_where_planted(province)
    # And it is there, for one who has the store's key.
    for home in homes:
        require_kept(home)


def keep_what_operators_see(home: GatewayHome, folder: Path) -> None:
    """Put metrics, monitoring records and the admin API's answers among the files that are searched."""
    admin = json.loads((home.folder / "run.json").read_bytes())["admin"]
    for name in ("metrics", "monitoring", "api/v1/status", "api/v1/unknown", "api/v1/peers", "api/v1/services"):
        reply = call(admin, "GET", f"/{name}", {"Authorization": f"Bearer {OPERATOR}"})
        assert (name, reply.status) == (name, 200)
        (folder / f"{home.folder.name}.{name.replace('/', '.')}").write_bytes(reply.body)


def require_found_where_planted(province: Province) -> None:
    """Plant each canary in each form, inside of other bytes, and require that the search finds them all."""
    folder = province.agency.folder / "log" / "planted"
    folder.mkdir()
    planted = set()
    for number, canary in enumerate(CANARIES):
        for form, data in forms_of(canary).items():
            file = folder / f"{number} {form}"
            file.write_bytes(b"\0before" + data + b"after\xff")
            planted.add((str(file), canary, form))
    assert planted <= set(search(files_under(province.agency.folder), CANARIES))


def require_kept(home: GatewayHome) -> None:
    """Require that the decrypted records and bodies hold what was asked and answered."""
    key = load_store_key(home.keys / "store.key")
    store = BodyStore(home.folder / "store", SystemClock())
    headers, bodies = b"", b""
    for entry in read_entries(home):
        content = open_content(key, entry)
        if content is not None:
            headers += content.header
            if content.body is not None:
                bodies += b"".join(store.read(content.body))
    store.close()
    for where in (
        "path",
        "query",
        "user",
        "id",
        "answer's header",
        "represented party",
        "reliable path",
        "reliable id",
    ):
        assert NUMBERS[where].encode() in headers
    assert f"#{CASE}".encode() in headers
    for whole in (BODY, ANSWER, LARGE):
        assert whole in bodies


@pytest.mark.parametrize("canary", ["abc", "abcd", "abcde", NAME, CASE])
def test_a_canary_is_found_inside_of_longer_base64_and_hex(canary: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    for shift in range(6):
        text = b"x" * shift + canary.encode() + b"yyy"
        for written in (text, b64encode(text), urlsafe_b64encode(text), text.hex().encode()):
            file.write_bytes(written)
            assert search([file], [canary]) != []
