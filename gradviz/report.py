"""A folder that shows one iteration: pictures, batch, trace, and a page with all of them."""

from __future__ import annotations

import tempfile
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import msgspec

from gradviz import commands
from gradviz.errors import OutputError
from gradviz.explain.fitted import cells, headings, sentences
from gradviz.explain.rows import number, row
from gradviz.files import folder, writing
from gradviz.i18n import N_, language
from gradviz.i18n import gettext as _
from gradviz.resources import assets
from gradviz.trace.epochs import History
from gradviz.trace.events import PHASES, BatchFetched
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.render.drawing import Drawing

MOMENTS = (
    ("after-forward", "forward:end", N_("After forward: the model has run, no loss yet")),
    ("mid-backward", "backward:half", N_("Half-way through backward")),
    ("after-step", "step:end", N_("After step: every parameter has moved")),
)


PLOTS = ("training.svg", "training.png")
MOST = 20
"""Files that are named of those which a dataset left out."""


class Report(msgspec.Struct, frozen=True):
    """What was written, and what the reader should know about it, a line each."""

    files: list[Path]
    notes: list[str]


def write_report(
    workspace: Workspace, out: Path, *, theme: str = "light", history: History | None = None
) -> Report:
    """Write the folder for the last iteration, and for the epochs of a ``history``; files of these
    names in it are replaced.

    Everything is made in a folder beside it first, so what stands in ``out`` is always whole.
    Raises `OutputError` when it cannot be written.
    """
    folder(out)
    try:
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as part:
            names, notes = _write(workspace, Path(part), theme, history)
            for name in names:
                (Path(part) / name).replace(out / name)
    except OSError as error:
        raise OutputError(
            N_("cannot be written ({reason})"),
            where=str(out),
            mend=N_("choose a folder that you may write, with room on the disk"),
            reason=error.strerror or error,
        ) from error
    return Report([out / name for name in names], notes)


def _write(
    workspace: Workspace, part: Path, theme: str, history: History | None
) -> tuple[list[str], list[str]]:
    names: list[str] = []
    notes: list[str] = []
    for name, at in (("graph", None), *((f"graph-{name}", at) for name, at, _title in MOMENTS)):
        if at is not None and not _reached(workspace, at):
            continue
        for ending in ("svg", "png"):
            scale = 2.0 if ending == "png" else 1.0
            picture = commands.write_graph(
                workspace, part / f"{name}.{ending}", at=at, theme=theme, scale=scale
            )
            names.append(f"{name}.{ending}")
            if picture is not None and picture.note and picture.note not in notes:
                notes.append(picture.note)
    drawing = batch_sheet(workspace, theme=theme)
    if drawing is not None:
        from gradviz.render.write.png import write_png

        write_png(drawing, part / "batch.png", scale=2.0)
        names.append("batch.png")
    if history is not None and history.epochs:
        for name in PLOTS:
            scale = 2.0 if name.endswith("png") else 1.0
            commands.plot(history, part / name, theme=theme, lang=language(), scale=scale)
        names += PLOTS
    commands.write_trace(workspace, part / "trace.jsonl")
    with writing(part / "index.html") as stream:
        stream.write(_page(workspace, names, history or History()).encode())
    return [*names, "trace.jsonl", "index.html"], notes


def batch_sheet(workspace: Workspace, *, theme: str = "light") -> Drawing | None:
    """The last batch as it looks; None if there is none."""
    from gradviz.data.previews.context import context_of
    from gradviz.data.previews.leaves import previews_of_parts
    from gradviz.render.previews.page import draw_previews
    from gradviz.render.theme import theme_named

    session = workspace.require_session()
    trace = session.trace
    batches = [event for event in trace.events if isinstance(event, BatchFetched)]
    if not batches or not batches[-1].values:
        return None
    values = {name: trace.peek(ref) for name, ref in batches[-1].values.items()}
    target = values.pop("target", None)
    context = context_of(getattr(session.loader, "dataset", None))
    parts = previews_of_parts(values, target, context)
    count = batches[-1].values[next(iter(batches[-1].values))].shape[:1]
    title = _("batch of {count}").format(count=count[0] if count else 1)
    return draw_previews([part.preview for part in parts], theme_named(theme), title=title)


def data_notes(loader: object) -> list[str]:
    """What the dataset of a loader left out: a line a file, of the first ones, and how many."""
    skipped = [each for each in _of_dataset(loader, "skipped") if hasattr(each, "reason")]
    lines = [
        _("skipped {name}: {reason}").format(name=each.name, reason=each.reason)
        for each in skipped[:MOST]
    ]
    if len(skipped) > 1:
        lines.append(_("skipped in all: {count}").format(count=len(skipped)))
    return lines


def _of_dataset(loader: object, name: str) -> tuple[Any, ...]:
    """What a loader's dataset, or what it is made of, has under a name."""
    from gradviz.data.pipeline.samples import lowest

    for each in lowest(getattr(loader, "dataset", None)):
        found = getattr(each, name, None)
        if isinstance(found, list | tuple):
            return tuple(found)
    return ()


def _reached(workspace: Workspace, at: str) -> bool:
    phase = at.partition(":")[0]
    events = workspace.require_session().trace.events
    return bool(events) and any(
        event.phase == phase and event.iteration == events[-1].iteration for event in events
    )


def _page(workspace: Workspace, names: list[str], history: History) -> str:
    import torch

    from gradviz import __version__

    trace = workspace.require_session().trace
    last = trace.events[-1].iteration if trace.events else 0
    rows = [row(trace, event) for event in trace.events if event.iteration == last]
    phases: list[tuple[str, list[Any]]] = [
        (phase, list(group)) for phase, group in groupby(rows, key=lambda line: line.phase)
    ]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets() / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    losses = commands.losses(workspace)
    return environment.get_template("report.html").render(
        _=_,
        lang=language(),
        project=msgspec.structs.asdict(workspace.require_project()),
        phases=phases,
        all_phases=PHASES,
        loss=number(losses[-1]) if losses else "–",
        moments=[
            (f"graph-{name}.svg", _(title)) for name, _at, title in MOMENTS
            if f"graph-{name}.svg" in names
        ],
        batch="batch.png" in names,
        plot=PLOTS[0] if PLOTS[0] in names else "",
        headings=headings()[:-1],
        epochs=[cells(epoch)[:-1] for epoch in history.epochs],  # equal runs make equal pages
        told=sentences(history),
        notes=data_notes(workspace.require_session().loader),
        problem=commands.problem(workspace),
        versions=f"gradviz {__version__} · torch {torch.__version__}",
        seed=workspace.require_project().training.seed,
    )  # fmt: skip
