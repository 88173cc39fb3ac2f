from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from lienthong.site.bodies import MOST_FILES_BYTES
from lienthong.site.compose import SiteSecrets, compose_settings
from lienthong.site.connection import own_connection, parse_url
from lienthong.site.errors import SiteError
from lienthong.site.roles import Role
from lienthong.site.site_file import Site, SiteSettings, load_site, require_consistent

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings


END = "\r\n--x--\r\n"


def _settings(**changes: object) -> dict[str, object]:
    site = Site(SiteSettings(**{"role": Role.PROVINCE, "instance": "VN", **changes}), Path("/nonexistent"))  # type: ignore[arg-type] # of the test's own
    require_consistent(site)
    return compose_settings(site, SiteSecrets("k" * 50), own_connection("/run", "x"))


@pytest.mark.django_db
def test_a_page_has_a_strict_policy_with_a_nonce_of_its_own(client: Client) -> None:
    first, second = (client.get("/")["Content-Security-Policy"] for _ in range(2))

    assert "default-src 'none'" in first
    assert "frame-ancestors 'none'" in first
    assert "unsafe" not in first
    nonces = [re.findall(r"'nonce-([^']{16,})'", policy) for policy in (first, second)]
    assert nonces[0] != nonces[1]


@pytest.mark.django_db
def test_every_answer_carries_the_headers(client: Client) -> None:
    for path in ("/", "/nowhere", "/health"):
        answer = client.get(path)
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in answer["Permissions-Policy"]
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize(("size", "status"), [(MOST_FILES_BYTES + 1, 400), (200, 403)])
def test_a_body_too_large_for_any_form_is_refused_before_a_byte_of_it_is_read(
    settings: Settings, size: int, status: int
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    form = '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    body = f"{form}{'a' * (200 - len(form) - len(END))}{END}".encode()
    # Whoever says too much is answered at once: what the test hands in is shorter, and reading on would fail.
    answer = client.generic("POST", "/", body, "multipart/form-data; boundary=x", CONTENT_LENGTH=str(size))
    assert answer.status_code == status


def test_an_unknown_host_is_refused(client: Client) -> None:
    assert client.get("/health", headers={"host": "elsewhere.example"}).status_code == 400


def test_behind_tls_cookies_are_bound_to_the_host_and_browsers_stay_with_tls() -> None:
    settings = _settings(public_url="https://dichvucong.example", behind_proxy=True)

    assert settings["SESSION_COOKIE_NAME"] == "__Host-lt_province_session"
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["CSRF_COOKIE_SECURE"] is True
    assert settings["SECURE_HSTS_SECONDS"] == 31_536_000
    assert settings["ALLOWED_HOSTS"] == ["dichvucong.example"]
    assert settings["IS_SANDBOX"] is False


def test_on_this_machine_the_two_roles_have_cookies_of_their_own() -> None:
    names = {_settings(role=role)["SESSION_COOKIE_NAME"] for role in Role}

    assert names == {"lt_province_session", "lt_registry_session"}
    assert _settings()["SECURE_HSTS_SECONDS"] == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"public_url": "http://dichvucong.example"}, "without TLS"),
        ({"public_url": "https://dichvucong.example/path"}, "without a path"),
        ({"address": "127.0.0.1"}, "expected HOST:PORT"),
        ({"address": "127.0.0.1:99999"}, "expected HOST:PORT"),
    ],
)
def test_settings_that_would_be_unsafe_or_cannot_work_are_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(SiteError, match=said):
        _settings(**changes)


def test_passwords_are_hashed_by_scrypt_at_its_full_cost(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = _settings()["PASSWORD_HASHERS"]
    assert make_password("what somebody chose").startswith("scrypt$16384$")


def test_the_role_may_come_from_the_environment_and_a_site_must_be_named(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text('role = "province"\ninstance = "DEMO"\n')

    site = load_site({"LIENTHONG_SITE": str(file), "LIENTHONG_ROLE": "registry", "HOME": "/"})
    assert site.settings.role is Role.REGISTRY
    assert site.is_sandbox
    with pytest.raises(SiteError, match="no site is named"):
        load_site({})


def test_a_database_url_is_read_as_libpq_does_and_an_error_hides_the_password() -> None:
    connection = parse_url("postgresql://web:s%20cret@db.example:5433/province?sslmode=verify-full")

    assert connection["PASSWORD"] == "s cret"  # noqa: S105 # of the test
    assert connection["PORT"] == "5433"
    assert connection["OPTIONS"] == {"sslmode": "verify-full"}
    with pytest.raises(SiteError) as caught:
        parse_url("postgresql://web:hidden@db.example:5433/?nonsense=1")
    assert "hidden" not in caught.value.message
