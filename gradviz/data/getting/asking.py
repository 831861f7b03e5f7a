"""One question to a server over HTTP, by the proxies and the certificates of the system."""

from __future__ import annotations

import ssl
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from urllib.parse import unquote, urljoin, urlsplit

import truststore
import urllib3
from urllib3.exceptions import HTTPError

from gradviz.data.getting.limits import Limits
from gradviz.data.getting.refusals import BrokenError, RefusedError
from gradviz.data.getting.watched import POOLS
from gradviz.i18n import N_

SCHEMES = ("http", "https")
MOVED = (301, 302, 303, 307, 308)
UNREACHED = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.ProxyError,
)
"""Nobody was there: without a network it is always one of these."""


@contextmanager
def answer(
    address: str, headers: Mapping[str, str], limits: Limits
) -> Iterator[urllib3.BaseHTTPResponse]:
    """What is said to a GET, with its body still to be read; redirects are followed.

    Raises `BrokenError` where it is worth to ask again, and `RefusedError` where it is not.
    """
    response = None
    try:
        with _ways(limits) as ways:
            response = _last(address, headers, limits, ways)
            yield response
    except (HTTPError, HTTPException) as error:
        broken = BrokenError("{reason}", reason=_reason(error))
        broken.unreached = isinstance(error, UNREACHED)
        raise broken from error
    finally:
        if response is not None:
            response.close()


class _Ways:
    """The connections of a question: direct ones, and those through a proxy."""

    def __init__(self, limits: Limits) -> None:
        self._settings = {
            "timeout": urllib3.Timeout(connect=limits.connect, read=limits.read),
            "retries": False,
            "ssl_context": truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        }
        self._made: dict[str, urllib3.PoolManager] = {}

    def to(self, address: str) -> urllib3.PoolManager:
        """What reaches an address."""
        scheme, host = urlsplit(address).scheme, urlsplit(address).netloc
        proxies = urllib.request.getproxies()
        proxy = proxies.get(scheme) or proxies.get("all") or ""
        if proxy and urllib.request.proxy_bypass(host.rpartition("@")[2]):
            proxy = ""
        if proxy not in self._made:
            self._made[proxy] = (
                urllib3.ProxyManager(
                    proxy if "://" in proxy else f"http://{proxy}",
                    proxy_ssl_context=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                    proxy_headers=_credentials(proxy),
                    **self._settings,  # type: ignore[arg-type]
                )
                if proxy
                else urllib3.PoolManager(**self._settings)  # type: ignore[arg-type]
            )
            self._made[proxy].pool_classes_by_scheme = POOLS
        return self._made[proxy]

    def close(self) -> None:
        """Let all connections go."""
        for manager in self._made.values():
            manager.clear()


@contextmanager
def _ways(limits: Limits) -> Iterator[_Ways]:
    ways = _Ways(limits)
    try:
        yield ways
    finally:
        ways.close()


def _last(
    address: str, headers: Mapping[str, str], limits: Limits, ways: _Ways
) -> urllib3.BaseHTTPResponse:
    """The answer behind all redirects."""
    for _ in range(limits.redirects + 1):
        response = ways.to(address).request(
            "GET",
            address,
            headers={"Accept-Encoding": "identity", "User-Agent": "gradviz", **headers},
            preload_content=False,
            decode_content=False,  # a .gz is kept as it is, also where the server calls it encoded
            redirect=False,
        )
        if response.status not in MOVED:
            return response
        response.close()
        address = redirected(address, response.headers.get("Location", ""))
    raise RefusedError(N_("the server redirects in a circle, or too often"))


def redirected(address: str, location: str) -> str:
    """Where a redirect leads, if one may go there. Raises `RefusedError`."""
    try:
        there = urljoin(address, location)
        scheme, host = urlsplit(there).scheme, urlsplit(there).hostname
    except ValueError:
        scheme, host = "", None
    if not location or scheme not in SCHEMES or not host:
        raise RefusedError(
            N_("the server redirects to “{location}”, which is no web address"),
            location=location[:200],
        )
    if scheme == "http" and urlsplit(address).scheme == "https":
        raise RefusedError(
            N_("the server redirects to “{location}”, which is not encrypted"),
            location=location[:200],
        )
    return there


def _credentials(proxy: str) -> dict[str, str] | None:
    user = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if user.username is None:
        return None
    words = f"{unquote(user.username)}:{unquote(user.password or '')}"
    return urllib3.make_headers(proxy_basic_auth=words)


def _reason(error: Exception) -> str:
    """What went wrong, without the names of objects."""
    cause = error.args[-1] if error.args else error
    inner = getattr(error, "reason", None) or getattr(error, "original_error", None)
    said = str(inner or cause or error)
    return " ".join(said.rpartition(">: ")[2].rpartition("): ")[2].split())[:200]
