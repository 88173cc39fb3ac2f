"""A relying party that others wrote (npm openid-client) signs a person in at our running provider."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lienthong.identity.provider.clients import NewClient, register_client
from lienthong.identity.words import Level
from tests.identity.persons import NAME, NUMBER, PASSWORD, add_app, find_code, make_citizen
from tests.identity.provider.flows import CLIENT, LEVEL_2
from tests.identity.provider.live import LiveBrowser

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

ROOT = Path(__file__).parents[3]
SCRIPT = Path(__file__).with_name("independent.mjs")
NODE = Path(sys.executable).with_name("node")
BACK = "http://127.0.0.1:9/answer"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_an_independent_client_signs_a_person_in_at_level_2(
    live_server: LiveServer, settings: Settings, algorithm: str
) -> None:
    settings.OPENID_ISSUER = live_server.url
    settings.OAUTH2_PROVIDER = {**settings.OAUTH2_PROVIDER, "OIDC_ISS_ENDPOINT": live_server.url}
    told = NewClient(CLIENT, "Bên khác", [BACK], scopes=["profile", "personal_number"], algorithm=algorithm)
    secret = register_client(told)
    add_app(make_citizen(Level.CARD))

    command = [str(NODE), str(SCRIPT), live_server.url, CLIENT, secret, BACK, LEVEL_2]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as client:
        came_back = sign_in(live_server.url, read_line(client)["address"])
        assert client.stdin is not None
        client.stdin.write(f"{came_back}\n")
        client.stdin.close()
        learned = read_line(client)
        assert client.wait(20) == 0

    assert learned["claims"]["iss"] == live_server.url
    assert learned["claims"]["acr"] == LEVEL_2
    assert learned["claims"]["amr"] == ["pwd", "otp", "mfa"]
    assert learned["user"] == {"sub": learned["claims"]["sub"], "name": NAME, "personal_number": NUMBER}
    assert learned["out"].startswith(f"{live_server.url}/openid/sign-out?")


def sign_in(site: str, address: str) -> str:
    """Sign in on our own pages, with password and authenticator app; gives where the browser is led then."""
    browser = LiveBrowser(site)
    page = browser.fill(browser.open(address), login=NUMBER, password=PASSWORD)
    page = browser.fill(page, code=find_code())
    return page.address


def read_line(client: subprocess.Popen[str]) -> dict[str, Any]:
    """Read one line of the client; what it says instead of one is shown."""
    assert client.stdout is not None
    line = client.stdout.readline()
    if not line:
        assert client.stderr is not None
        pytest.fail(client.stderr.read())
    said: dict[str, Any] = json.loads(line)
    return said
