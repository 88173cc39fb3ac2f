"""Asking a directory's server over HTTP. What it says is trusted for its signatures, never for the connection."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Final

from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.ngclient import FetcherInterface

from lienthong.directory.errors import DirectoryError, DirectoryErrorKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.client import HTTPResponse

TIMEOUT_S: Final = 10.0
_CHUNK: Final = 64 * 1024


class HttpFetcher(FetcherInterface):
    """TUF's port to the network, over the standard library: proxies of the environment count."""

    def _fetch(self, url: str) -> Iterator[bytes]:
        require_plain_address(url)
        try:
            answer = urllib.request.urlopen(url, timeout=TIMEOUT_S)  # noqa: S310 - http or https only, see above
        except urllib.error.HTTPError as error:
            error.close()
            raise DownloadHTTPError(f"{url}: {error.code}", error.code) from error
        except OSError as error:
            message = f"{url}: {error}"
            raise DownloadError(message) from error
        return _read(answer)


def require_plain_address(url: str) -> str:
    """Give the address without a slash at its end; raises `UNREADABLE` where it is not http or https."""
    if not url.startswith(("http://", "https://")):
        message = f"directory: expected an address http://… or https://…, got {url!r}"
        raise DirectoryError(DirectoryErrorKind.UNREADABLE, message)
    return url.rstrip("/")


def send_request(url: str, raw: bytes) -> str:
    """Send a gateway's request to join; gives the server's answer. Raises `UNREADABLE` or `REFUSED`."""
    address = f"{require_plain_address(url)}/requests"
    request = urllib.request.Request(address, data=raw, headers={"Content-Type": "application/json"})  # noqa: S310 - http or https only
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - http or https only
            return str(answer.read(_CHUNK).decode())
    except urllib.error.HTTPError as error:
        with error:
            why = error.read(_CHUNK).decode(errors="replace")
        raise DirectoryError(DirectoryErrorKind.REFUSED, f"directory {url} refuses the request: {why}") from error
    except OSError as error:
        message = f"directory {url} is not reachable ({error}); send request.json to its operator"
        raise DirectoryError(DirectoryErrorKind.UNREADABLE, message) from error


def _read(answer: HTTPResponse) -> Iterator[bytes]:
    with answer as body:
        while chunk := body.read(_CHUNK):
            yield chunk
