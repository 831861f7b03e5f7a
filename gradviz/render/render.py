"""A trace or a graph as a picture file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from msgspec.structs import replace

from gradviz import i18n
from gradviz.arguments import check_type
from gradviz.errors import UsageError
from gradviz.files import writing
from gradviz.i18n import N_
from gradviz.render.arrange.placing import Placing
from gradviz.render.drawing import Drawing
from gradviz.render.folds.folding import Folding
from gradviz.render.graphviz.dot import dot_of
from gradviz.render.pages.both import draw_both
from gradviz.render.pages.footer import caption_of
from gradviz.render.pages.page import draw
from gradviz.render.pages.panels import panelled
from gradviz.render.pages.slide import Slide, draw_slide, slide_of
from gradviz.render.pages.stamp import stamp_of
from gradviz.render.pages.views import Drawable, checked_view, parts_of, scenes_of
from gradviz.render.pages.views import wanted as wanted
from gradviz.render.theme import theme_named
from gradviz.render.write.animation import WRITERS as MOVING
from gradviz.render.write.numbered import is_numbered
from gradviz.render.write.pdf import write_pdf
from gradviz.render.write.png import write_png
from gradviz.render.write.svg import write_svg
from gradviz.trace.aside import aside
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.modulegraph import ModuleGraph
from gradviz.trace.trace import Trace


class Writer(Protocol):
    """Writes a drawing into a file, whole or not at all."""

    def __call__(self, drawing: Drawing, path: Path, *, scale: float) -> None: ...


PICTURES: dict[str, Writer] = {".svg": write_svg, ".png": write_png, ".pdf": write_pdf}
SUFFIXES = (*PICTURES, ".html", ".dot")


def render(
    trace_or_graph: Drawable,
    path: str | os.PathLike[str],
    *,
    at: int | str | Sequence[int | str] | None = None,
    fold: Folding = "auto",
    theme: str = "auto",
    lang: str = "en",
    scale: float = 1.0,
    size: str | None = None,
    whole: bool = False,
    footer: bool = False,
    legend: bool = False,
    seed: int | None = None,
    find: str = "",
    follow: str = "",
    view: str = "autograd",
) -> Drawing | None:
    """Draw an autograd graph into a file; its suffix says how (see `SUFFIXES`).

    ``at`` is an event's index (-1 is before the first) or a moment such as ``backward:half``: the
    picture then shows what has happened by then, and where that is. Several moments make a contact
    sheet. Without any the whole graph of the last backward is lit; a moving picture (``.gif`` and
    so on, see `gradviz.play`) shows the whole iteration, and ``steps/{}.svg`` makes a file of each
    event. Returns the drawing; None for ``.dot``, which is text, and for more than one picture.

    ``fold`` says which module calls are one box each: ``auto`` folds until the picture can be read,
    ``none`` shows every node, a number shows modules down to that depth, and paths (of module
    calls, such as ``layer1.0`` or ``relu#2``) are what is open.

    ``theme`` is ``light``, ``dark`` or ``print``; ``auto`` is light, and in a page to look around
    in what the reader's system has.

    ``size`` is that of the page, such as ``1280x720``: a tall graph goes on in further columns, and
    one that is still too large to be read there is shown around the moment's event, with a map
    beside it, unless ``whole``. ``scale`` is pixels
    for each pixel of the drawing. ``footer`` adds a line with the versions and the ``seed``,
    ``legend`` (of a single picture; with a ``size`` if there is room) what the signs in it mean.

    ``find`` is a query (`gradviz.spec.query`): what it finds is numbered and the rest is pale.
    ``follow`` is a way: ``fc1.weight`` to the loss, ``..fc1`` all that the gradient at fc1 reaches,
    ``fc1..relu2`` from one to the other.

    ``view`` says which graph: ``autograd``, of backward; ``modules``, what ran in forward, which
    needs no backward; or ``both``, side by side. A page (``.html``) has both and a switch.

    Raises `UsageError` for an argument that makes no sense, `TraceError` for a trace without a
    backward, and `OutputError` when the file cannot be written.
    """
    check_type(
        trace_or_graph,
        (Trace, AutogradGraph, ModuleGraph),
        where="trace",
        mend=N_("give what gradviz.record() or gradviz.autograd_graph() gave"),
    )
    check_type(path, (str, os.PathLike), where="path")
    check_type(view, str, where="view")
    check_type(at, (int, str, Sequence, type(None)), where="at")
    file = Path(path)
    if file.suffix.lower() not in (*SUFFIXES, *MOVING):
        raise UsageError(
            N_("“{suffix}” is no kind of picture"),
            where=str(file),
            mend=N_("end the name in {known}"),
            suffix=file.suffix,
            known=", ".join((*SUFFIXES, *MOVING)),
        )
    checked_scale(scale)
    if (find or follow) and file.suffix.lower() not in (*PICTURES, ".html"):
        raise UsageError(
            N_("what was found is pointed out in pictures only"),
            where=str(file),
            mend=N_("end the name in {known}"),
            known=", ".join((*PICTURES, ".html")),
        )
    if file.suffix.lower() in MOVING or is_numbered(file):
        from gradviz.render.play import play

        if at is not None:
            raise UsageError(
                N_("it shows all moments, not one"),
                where="at",
                mend=N_("leave it out; gradviz.play() and “gradviz play” take a first and a last"),
            )
        play(
            trace_or_graph,  # type: ignore[arg-type]  # it checks that itself
            file,
            fold=fold,
            theme=theme,
            lang=lang,
            scale=scale,
            size=size,
            whole=whole,
            footer=footer,
            seed=seed,
            view=view,
        )
        return None
    before = i18n.language()
    i18n.use(lang)
    try:
        if file.suffix.lower() == ".dot":
            if at is not None and not isinstance(at, int | str):
                raise UsageError(
                    N_("a contact sheet cannot be written as DOT"),
                    where=str(file),
                    mend=N_("end the name in {known}"),
                    known=", ".join(PICTURES),
                )
            shown = checked_view(view, trace_or_graph)
            scenes = scenes_of(trace_or_graph, at=at, fold=fold, view=shown)
            with writing(file) as stream:
                stream.write("".join(map(dot_of, scenes)).encode())
            return None
        if file.suffix.lower() == ".html":
            from gradviz.render.web.webpage import write_webpage

            moments = [at] if at is None or isinstance(at, int | str) else [*at]
            return write_webpage(
                trace_or_graph,
                file,
                moments,
                fold=fold,
                theme=theme,
                size=size,
                view=view,
                find=find,
                follow=follow,
            )
        slide = None if size is None else slide_of(size, whole=whole)
        stamp = stamp_of(seed) if footer else ""
        if at is None or isinstance(at, int | str):
            drawing = picture(
                trace_or_graph,
                at=at,
                fold=fold,
                theme=theme,
                slide=slide,
                stamp=stamp,
                find=find,
                follow=follow,
                view=view,
                legend=legend,
            )
        else:
            asked: dict[str, Any] = {"fold": fold, "theme": theme, "find": find, "follow": follow}
            panels = [picture(trace_or_graph, at=each, view=view, **asked) for each in at]
            titles = [str(each) for each in at]
            drawing = panelled(panels, titles, theme_named(theme), slide=slide, stamp=stamp)
        PICTURES[file.suffix.lower()](drawing, file, scale=scale)
        return drawing
    finally:
        i18n.use(before)


def checked_scale(scale: float) -> None:
    """Raise `UsageError` for a scale that makes no picture."""
    check_type(scale, (int, float), where="scale")
    if not 0 < scale <= 100:
        raise UsageError(
            N_("a scale of {scale:g} makes no picture"),
            where="scale",
            mend=N_("take a number above 0, such as 2"),
            scale=scale,
        )


def picture(
    drawable: Drawable,
    *,
    at: int | str | None = None,
    fold: Folding = "auto",
    theme: str = "light",
    slide: Slide | None = None,
    stamp: str = "",
    placing: Placing | None = None,
    find: str = "",
    follow: str = "",
    view: str = "autograd",
    legend: bool = False,
) -> Drawing:
    """The drawing that `render` writes, in the language in use. Pictures of one ``placing`` are
    folded as that is, and lay each graph out once.
    """
    colours = theme_named(theme)
    shown = checked_view(view, drawable)
    placing = placing or Placing(fold)
    parts = parts_of(drawable, at=at, placing=placing, view=shown, find=find, follow=follow)
    caption = None
    if isinstance(drawable, Trace) and at is not None:
        with aside():
            caption = caption_of(drawable, drawable.index_at(at))
    told = [part.marks.told for part in parts if part.marks is not None]
    stamp = " · ".join(text for text in (*told, stamp) if text)
    if len(parts) > 1:
        return draw_both(parts, colours, slide=slide, caption=caption, stamp=stamp)
    layout, known = parts[0].layout, parts[0].statuses
    look: dict[str, Any] = {"caption": caption, "stamp": stamp, "marks": parts[0].marks}
    if slide is not None:
        drawing = draw_slide(layout, known, colours, slide=slide, legend=legend, **look)
    else:
        drawing = draw(layout, known, colours, legend=legend, **look)
    title = f"{parts[0].name}: {caption.text}" if caption else parts[0].name
    return replace(drawing, title=title)
