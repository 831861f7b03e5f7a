"""A real HTTP server on loopback that does what servers should not."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[["Handler"], None]


class Site(ThreadingHTTPServer):
    """Answers each request with the next of its answers; the last one stays."""

    daemon_threads = False  # closing the site waits for all that it says

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = bytes(range(256)) * 1024
        self.answers: list[Answer] = [ranges()]
        self.asked: list[dict[str, str]] = []
        self.ended = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        site = self.server
        sent = {name.title(): value for name, value in self.headers.items()}
        site.asked.append({"path": self.path, **sent})
        answer = site.answers.pop(0) if len(site.answers) > 1 else site.answers[0]
        self.close_connection = True
        answer(self)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def say(self, status: int, **headers: object) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()


@contextmanager
def site() -> Iterator[Site]:
    """A site that is up for a while."""
    server = Site()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


def whole(**headers: object) -> Answer:
    """All of it, whatever was asked."""

    def answer(handler: Handler) -> None:
        content = handler.server.content
        handler.say(200, **{"Content_Length": len(content), **headers})
        handler.wfile.write(content)

    return answer


def ranges(tag: str = '"1"', until: int | None = None, **headers: object) -> Answer:
    """What was asked, as a good server has it; ``until`` a byte where the line breaks."""

    def answer(handler: Handler) -> None:
        content = handler.server.content
        asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        first = int(asked[1]) if asked and handler.headers.get("If-Range", tag) == tag else 0
        sizes: dict[str, object] = {"Content_Length": len(content) - first}
        if first >= len(content):
            handler.say(416, Content_Range=f"bytes */{len(content)}", Content_Length=0)
            return
        if first:
            sizes["Content_Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
        handler.say(206 if first else 200, **{**sizes, "ETag": tag, **headers})
        handler.wfile.write(content[first:until])

    return answer


def says(status: int, content: bytes = b"", **headers: object) -> Answer:
    """A status."""

    def answer(handler: Handler) -> None:
        handler.say(status, **{"Content_Length": len(content), **headers})
        handler.wfile.write(content)

    return answer


def hangs(until: int | None = None) -> Answer:
    """Nothing more, after a number of bytes of the content; None is not even a status."""

    def answer(handler: Handler) -> None:
        if until is not None:
            handler.say(200, Content_Length=len(handler.server.content))
            handler.wfile.write(handler.server.content[:until])
        handler.server.ended.wait()

    return answer


def raw(text: bytes) -> Answer:
    """Just these bytes."""

    def answer(handler: Handler) -> None:
        handler.wfile.write(text)

    return answer


def chunked(content: bytes | None = None, *, end: bool = True) -> Answer:
    """In chunks, so that no length is said."""

    def answer(handler: Handler) -> None:
        handler.say(200, Transfer_Encoding="chunked")
        sent = handler.server.content if content is None else content
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(sent), sent))
        handler.wfile.write(b"0\r\n\r\n" if end else b"")

    return answer


def files(contents: dict[str, bytes]) -> Answer:
    """A file for each name, as a good server has them."""

    def answer(handler: Handler) -> None:
        handler.server.content = contents[handler.path.rpartition("/")[2]]
        ranges()(handler)

    return answer
