"""One try to get a file from one address, from where the last one ended."""

from __future__ import annotations

import email.utils
import re
from datetime import UTC, datetime
from typing import BinaryIO

import urllib3

from gradviz.data.getting.asking import answer
from gradviz.data.getting.limits import Clock, Limits, Progress, Tell
from gradviz.data.getting.part import Known, Part
from gradviz.data.getting.refusals import BrokenError, RefusedError
from gradviz.data.getting.sources import Remote
from gradviz.i18n import N_

PIECE = 1 << 16
AGAIN = (408, 425, 429)
"""Answers that are worth another try, besides all from 500 on."""
_RANGE = re.compile(r"bytes (?P<first>\d{1,18})-(?P<last>\d{1,18})/(?P<total>\d{1,18}|\*)")


def transfer(
    remote: Remote, address: str, part: Part, *, tell: Tell, limits: Limits, clock: Clock
) -> None:
    """Bring the part to its whole size. What came before a break stays.

    Raises `BrokenError` and `RefusedError`.
    """
    known = part.known
    if part.size > remote.size or (known is None and part.size):
        part.remove()
    if part.size == remote.size:
        return
    with answer(address, _headers(remote, address, part), limits) as response:
        _check_status(response)
        if not _goes_on(response, remote, part):
            _check_length(response, remote)
            part.begin(Known(address, _mark(response)))
        elif known is not None and _mark(response) not in ("", known.mark):
            _doubt(remote, part)
        with part.file.open("ab") as stream:
            _read(response, stream, remote, part.size, tell=tell, limits=limits, clock=clock)


def _doubt(remote: Remote, part: Part) -> None:
    """A part is worth nothing once the server has another file, unless a checksum will tell."""
    if not (remote.md5 or remote.sha256):
        part.remove()
        raise BrokenError(N_("the server has another file than before"))


def _headers(remote: Remote, address: str, part: Part) -> dict[str, str]:
    known = part.known
    if known is None or not part.size:
        return {}
    if known.address == address and known.mark:
        return {"Range": f"bytes={part.size}-", "If-Range": known.mark}
    # The file of another server goes on from here only if its sum can be checked.
    return {"Range": f"bytes={part.size}-"} if remote.md5 or remote.sha256 else {}


def _check_status(response: urllib3.BaseHTTPResponse) -> None:
    status = response.status
    if status in (200, 206, 416):
        return
    if status in AGAIN or status >= 500:
        broken = BrokenError(N_("the server answered {status}"), status=status)
        broken.wait = _asked_to_wait(response.headers.get("Retry-After", ""))
        raise broken
    raise RefusedError(N_("the server answered {status}"), status=status)


def _goes_on(response: urllib3.BaseHTTPResponse, remote: Remote, part: Part) -> bool:
    """Whether what follows is the rest of the part; else it is the whole file."""
    if response.status == 200:
        return False
    said = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if response.status == 416 or said is None or int(said["first"]) != part.size:
        part.remove()
        raise BrokenError(N_("the server could not go on from where it ended"))
    if said["total"] not in ("*", str(remote.size)) or int(said["last"]) >= remote.size:
        part.remove()
        raise RefusedError(
            N_("the server has a file of {got} bytes instead of {size}"),
            got=said["total"],
            size=remote.size,
        )
    return True


def _check_length(response: urllib3.BaseHTTPResponse, remote: Remote) -> None:
    """A page that asks for a password, or another file, is known by its length."""
    said = response.headers.get("Content-Length")
    if said is not None and said.strip() != str(remote.size):
        raise RefusedError(
            N_("the server has a file of {got} bytes instead of {size}"),
            got=said.strip()[:20],
            size=remote.size,
        )


def _mark(response: urllib3.BaseHTTPResponse) -> str:
    """What tells this version of the file from others; a weak ETag does not."""
    tag = str(response.headers.get("ETag", ""))
    if tag and not tag.startswith("W/"):
        return tag
    return str(response.headers.get("Last-Modified", ""))


def _read(
    response: urllib3.BaseHTTPResponse,
    stream: BinaryIO,
    remote: Remote,
    done: int,
    *,
    tell: Tell,
    limits: Limits,
    clock: Clock,
) -> None:
    """Write what comes, as long as it comes."""
    since, gained = clock.now(), 0
    tell(Progress(remote.name, done, remote.size))
    while done < remote.size:
        piece = response.read1(min(PIECE, remote.size - done))
        if not piece:
            raise BrokenError(
                N_("the server sent {done} of {size} bytes and ended"),
                done=done,
                size=remote.size,
            )
        stream.write(piece)
        done += len(piece)
        gained += len(piece)
        tell(Progress(remote.name, done, remote.size))
        passed = clock.now() - since
        if passed >= limits.window:
            if gained < limits.slowest * passed and done < remote.size:
                raise BrokenError(N_("the server sends next to nothing"))
            since, gained = clock.now(), 0
    if response.headers.get("Content-Length") is None and response.read1(1):
        stream.truncate(0)
        raise RefusedError(N_("the server sends more than {size} bytes"), size=remote.size)


def _asked_to_wait(said: str) -> float:
    """The seconds of a Retry-After, which may be a date."""
    if said.strip().isdecimal():
        return float(min(int(said[:9]), 10**6))
    try:
        then = email.utils.parsedate_to_datetime(said)
        return max(0.0, (then - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0
