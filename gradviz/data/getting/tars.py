"""Archives that end in ``.tar.gz``: files and folders, and nothing else."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path

from gradviz.data.getting.bounded import AT_ONCE, Bounded
from gradviz.data.getting.members import Bounds, Members, refuse_kind
from gradviz.data.getting.opened import Inside
from gradviz.errors import ArchiveError
from gradviz.i18n import N_

HEADERS = 4 * tarfile.BLOCKSIZE
"""Bytes that a member takes besides its content, at the most: a long name has blocks of its own."""
END = 1 << 20
"""Bytes of zeros that may follow the last member."""


def inside_tar(archive: Path, bounds: Bounds) -> Inside:
    """The members of a gzipped tar. Raises `ArchiveError`, and what Python's readers raise."""
    members = Members(bounds)
    most = bounds.most + HEADERS * bounds.members + END
    with gzip.open(archive) as unzipped:
        stream = Bounded(unzipped, most, bounds)  # type: ignore[arg-type]
        with tarfile.open(fileobj=stream, mode="r:") as tar:
            while (member := tar.next()) is not None:
                tar.members.clear()  # type: ignore[attr-defined]  # a million of them would fill the memory
                if member.isdir():
                    yield members.folder(member.name), None
                elif member.isreg() and not member.issparse():
                    place = members.file(member.name, member.size)
                    yield place, tar.extractfile(member)  # type: ignore[misc]
                else:
                    refuse_kind(member.name)
            while content := stream.read(AT_ONCE):  # up to the sum that gzip ends with
                if content.strip(b"\0"):
                    raise ArchiveError(
                        N_("the archive is damaged or cut off ({reason})"), reason="header"
                    )
