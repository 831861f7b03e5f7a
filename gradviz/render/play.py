"""A whole iteration as a moving picture, or as numbered pictures."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from gradviz import i18n
from gradviz.arguments import check_type
from gradviz.errors import UsageError
from gradviz.i18n import N_, gettext
from gradviz.render.arrange.placing import Placing
from gradviz.render.drawing import Drawing
from gradviz.render.folds.folding import Folding
from gradviz.render.pages.slide import slide_of
from gradviz.render.pages.stamp import stamp_of
from gradviz.render.render import PICTURES, checked_scale, picture
from gradviz.render.web.webpage import write_webpage
from gradviz.render.write.animation import WRITERS, write_animation
from gradviz.render.write.film import Film, moments
from gradviz.render.write.numbered import is_numbered, write_numbered
from gradviz.trace.trace import Trace

SUFFIXES = (*WRITERS, ".html")
SIZE = "1280x720"
"""Of a moving picture that is not told otherwise."""


class Played(Struct, frozen=True):
    """The files that were written, how many pictures are in them, and what their maker has to tell
    the user.
    """

    files: tuple[Path, ...]
    pictures: int
    note: str


def play(
    trace: Trace,
    path: str | os.PathLike[str],
    *,
    first: int | str | None = None,
    last: int | str | None = None,
    every: int | None = None,
    fps: float = 2.0,
    fold: Folding = "auto",
    theme: str = "auto",
    lang: str = "en",
    size: str | None = None,
    whole: bool = False,
    scale: float = 1.0,
    footer: bool = False,
    seed: int | None = None,
    view: str = "autograd",
) -> Played:
    """Draw what happens from one moment to another, a picture an event, and nothing moves.

    The file's suffix says how: ``.gif``, ``.apng``, ``.webp``, ``.mp4``, or ``.html``, a page to
    step through that needs nothing else. A name with ``{}`` in it,
    such as ``steps/{}.svg``, makes a file of each picture, numbered as ``at`` counts events; the
    folder is made. Without moments it is the last iteration with a backward. With ``every``
    n only each nth event is shown; without it n is chosen so that there are at most 400 pictures.
    ``fps`` is pictures a second.

    ``size`` is that of the page, 1280x720 for a film: a graph that is too large to be read there is
    shown where things happen, with a map beside it, unless ``whole``. ``footer`` adds a line with
    the versions and the ``seed``. ``view`` says which graph, as in `gradviz.render`.

    Raises `UsageError` for an argument that makes no sense, `TraceError` for a trace without a
    backward, and `OutputError` when a file cannot be written; then nothing is left behind.
    """
    check_type(trace, Trace, where="trace", mend=N_("give what gradviz.record() gave"))
    check_type(path, (str, os.PathLike), where="path")
    check_type(fps, (int, float), where="fps")
    checked_scale(scale)
    file = Path(path)
    numbered, suffix = is_numbered(file), file.suffix.lower()
    if suffix not in (PICTURES if numbered else SUFFIXES):
        raise UsageError(
            N_("“{suffix}” is no kind of moving picture"),
            where=str(file),
            mend=N_("end the name in {known}, or write numbered pictures: {numbered}"),
            suffix=suffix,
            known=", ".join(SUFFIXES),
            numbered="steps/{}.svg",
        )
    before = i18n.language()
    i18n.use(lang)
    try:
        indices = moments(trace, first=first, last=last, every=every)
        slide = slide_of(size or SIZE, whole=whole) if size or not numbered else None
        stamp = stamp_of(seed) if footer else ""
        placing = Placing(fold)

        def drawn(index: int) -> Drawing:
            return picture(
                trace,
                at=index,
                theme=theme,
                slide=slide,
                stamp=stamp,
                placing=placing,
                view=view,
            )

        film = Film(indices, drawn)
        notes = [film[len(film) - 1].note, _left_out(indices)]
        if suffix == ".html":
            write_webpage(trace, file, indices, fold=fold, theme=theme, size=size, view=view)
            files: tuple[Path, ...] = (file,)
        elif numbered:
            write = PICTURES[suffix]
            files = write_numbered(trace, film, file, lambda d, f: write(d, f, scale=scale))
        else:
            write_animation(film, file, fps=fps, scale=scale)
            files = (file,)
        return Played(files, len(film), "; ".join(note for note in notes if note))
    finally:
        i18n.use(before)


def _left_out(indices: tuple[int, ...]) -> str:
    events = indices[-1] - indices[0] + 1
    if events == len(indices):
        return ""
    return gettext("{count} of {events} moments are shown").format(
        count=len(indices), events=events
    )
