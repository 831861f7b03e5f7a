"""Connections that end when an answer does not begin in time.

Reading has a time limit of its own, but a server may send a header's letters one by one, each in
time, and never come to an end.
"""

from __future__ import annotations

import socket
import threading

from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

ANSWER = 60.0
"""Seconds in which all headers of an answer must have come."""


class _Plain(HTTPConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        watch = _watch(self)
        try:
            return super().getresponse()
        finally:
            watch.cancel()


class _Secure(HTTPSConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        watch = _watch(self)
        try:
            return super().getresponse()
        finally:
            watch.cancel()


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _PlainPool, "https": _SecurePool}
"""What a pool manager of urllib3 makes connections with, by scheme."""


def _watch(connection: HTTPConnection) -> threading.Timer:
    sock = connection.sock

    def cut() -> None:
        if sock is not None and sock.fileno() >= 0:
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(ANSWER, cut)
    timer.daemon = True
    timer.start()
    return timer
