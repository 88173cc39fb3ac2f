"""A person's browser between the province and the provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.test import Client

if TYPE_CHECKING:
    from tests.simulators.openid_provider import OpenIdProvider


class Visitor:
    """Opens pages of the province, and signs in at the provider when led there."""

    def __init__(self, provider: OpenIdProvider) -> None:
        self.provider = provider
        self.browser = Client(enforce_csrf_checks=True)

    def open(self, path: str) -> Any:  # noqa: ANN401 # Django's test response
        """Open a page of the province."""
        return self.browser.get(path)

    def begin(self, path: str = "/case") -> str:
        """Open a page that needs a sign-in; gives the provider's address that the browser is led to."""
        refused = self.open(path)
        assert refused.status_code == 302, refused
        assert refused.headers["Location"].startswith("/sign-in/provider/?")
        begun = self.open(refused.headers["Location"])
        assert begun.status_code == 302, begun.content.decode()
        return str(begun.headers["Location"])

    def bring(self, answer: dict[str, str]) -> Any:  # noqa: ANN401 # Django's test response
        """Bring the provider's answer back."""
        return self.open(f"/sign-in/provider/answer?{urlencode(answer)}")

    def sign_in(self, path: str = "/case", /, **changes: str | None) -> Any:  # noqa: ANN401 # Django's test response
        """Sign in for a page, all the way."""
        return self.bring(self.provider.answer(self.begin(path), **changes))

    @property
    def is_signed_in(self) -> bool:
        """Whether the province knows who is there."""
        return bool(self.open("/case").status_code == 200)


def read_query(address: str) -> dict[str, str]:
    """Give the parameters of an address."""
    return dict(parse_qsl(urlsplit(address).query))
