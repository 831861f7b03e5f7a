"""The verbs of the command line that draw: pictures, films, and the window."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradviz import commands
from gradviz.display import use_no_display
from gradviz.errors import TraceError, UsageError
from gradviz.helptext import Verb, option
from gradviz.i18n import N_
from gradviz.options import (
    at,
    fold,
    footer,
    project,
    scale,
    shared,
    size,
    theme,
    trust,
    view,
    whole,
)
from gradviz.trace.container import SUFFIX
from gradviz.verbs import finish, print_json, started
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.render.drawing import Drawing
    from gradviz.render.play import Played
    from gradviz.trace.trace import Trace

MOST_PIXELS = 128_000_000
PANES = ("timeline", "parameters", "breakpoints", "steps", "samples", "workers", "epoch")
"""What there is below the graph in the window."""


@click.command(cls=Verb, help=N_(
    "Draw the autograd graph of the first iteration into a file.\n\n"
    "With --at, what has happened until then is lit and the rest is dimmed. With several --at, the "
    "moments stand side by side on one sheet. A name with {} in it, as in steps/{}.svg, makes a "
    "file of each event. Of a trace that “gradviz run --trace” saved as .gvtrace, the graph of "
    "the last backward is drawn."
))  # fmt: skip
@project(N_("A project file, or a trace that ends in .gvtrace."))
@option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE",
        help=N_("The picture; its ending says the format: svg, png, pdf, html or dot, or one that "
                "“play” knows."))  # fmt: skip
@option("--at", "moments", multiple=True, metavar="MOMENT",
        help=N_("The moment: start, end, backward:3, forward:end, backward:half, or 2/17; several "
                "make a sheet."))  # fmt: skip
@option("--find", default="", metavar="QUERY",
        help=N_("Number what this finds and print it: a word of a name, op, module or shape "
                "(relu, fc1, 64x3), nan, inf, frozen, unused, cut, no grad, “norm > 1”, "
                "“op: relu”; with “and”, “or”, “not” between."))  # fmt: skip
@option("--path", "follow", default="", metavar="WAY",
        help=N_("Point a way out and print it: fc1.weight to the loss, ..fc1 all that the gradient "
                "at fc1 reaches, fc1..fc2 from one to the other."))  # fmt: skip
@option("--legend", is_flag=True,
        help=N_("Say below a picture what its signs mean; with --size if there is "
                "room."))  # fmt: skip
@fold
@view
@theme
@scale
@size
@whole
@footer
@trust
@shared
def graph(
    project: Path,
    output: Path,
    moments: tuple[str, ...],
    trust: bool,
    as_json: bool,
    **look: Any,
) -> int:
    """``gradviz graph``."""
    use_no_display()
    at = moments if len(moments) > 1 else next(iter(moments), None)
    asked: dict[str, Any] = {
        "find": look["find"],
        "follow": look["follow"],
        "view": look["view"],
        "at": next(iter(moments), None),
    }
    if _is_trace(project, output):
        trace = commands.saved_trace(project)
        picture = commands.write_graph_of_trace(trace, output, at=at, **look)
        _note(picture)
        return _wrote_of_trace(project, [output], as_json, _tell_found(trace, asked, as_json))
    workspace = started(project, trust=trust)
    try:
        picture = commands.write_graph(workspace, output, at=at, **look)
    except TraceError:
        if commands.problem(workspace):
            return finish(workspace)
        raise
    _note(picture)
    found = _tell_found(workspace.require_session().trace, asked, as_json)
    return _wrote(workspace, [output], as_json, found)


@click.command(cls=Verb, help=N_(
    "Write an animation of a whole iteration, a picture an event.\n\n"
    "Nothing moves but what changed. With --from and --to it shows a part, or several iterations. "
    "A name with {} in it, as in steps/{}.png, makes a file of each picture, numbered as --at "
    "counts events."
))  # fmt: skip
@project(N_("A project file, or a trace that ends in .gvtrace."))
@option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE",
        help=N_("The animation; its ending says the format: gif, apng, webp, mp4, or html for a "
                "page to step through."))  # fmt: skip
@option("--from", "first", metavar="MOMENT",
        help=N_("Where to begin, such as backward:1; the start if not given."))  # fmt: skip
@option("--to", "last", metavar="MOMENT",
        help=N_("Where to end, such as backward:end; the end if not given."))  # fmt: skip
@option("--every", type=click.IntRange(1), metavar="N",
        help=N_("Show only every Nth event; without it, as many as 400 pictures "
                "hold."))  # fmt: skip
@option("--fps", type=click.FloatRange(0.05, 50), default=2.0, show_default=True,
        help=N_("Pictures a second."))  # fmt: skip
@fold
@view
@theme
@scale
@size
@whole
@footer
@trust
@shared
def play(project: Path, output: Path, trust: bool, as_json: bool, **look: Any) -> int:
    """``gradviz play``."""
    use_no_display()
    if _is_trace(project, output):
        played = commands.write_film_of_trace(project, output, **look)
        _note(played)
        return _wrote_of_trace(project, played.files, as_json)
    workspace = started(project, trust=trust)
    try:
        played = commands.write_film(workspace, output, **look)
    except TraceError:
        if commands.problem(workspace):
            return finish(workspace)
        raise
    _note(played)
    return _wrote(workspace, played.files, as_json)


@click.command(cls=Verb, help=N_("Take a picture of the window on a project, without a display."))
@project()
@option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE",
        help=N_("The picture, a PNG file."))  # fmt: skip
@at
@option("--size", default="1280x720", show_default=True, metavar="WxH",
        help=N_("Size of the window in pixels."))  # fmt: skip
@scale
@option("--theme", type=click.Choice(["light", "dark", "print"]), default="light",
        show_default=True, help=N_("Colours."))  # fmt: skip
@view
@option("--pane", type=click.Choice(PANES), default="timeline", show_default=True,
        help=N_("What is seen below the graph; the last four are about the batch."))  # fmt: skip
@trust
@shared
def shot(
    project: Path,
    output: Path,
    at: str | None,
    size: str,
    scale: float,
    theme: str,
    view: str,
    pane: str,
    trust: bool,
    as_json: bool,
) -> int:
    """``gradviz shot``."""
    width, height = _size(size)
    if output.suffix.lower() != ".png":
        raise UsageError(
            N_("“{suffix}” is no kind of picture"),
            where=str(output),
            mend=N_("end the name in {known}"),
            suffix=output.suffix,
            known=".png",
        )
    if width * height * scale * scale > MOST_PIXELS:
        raise UsageError(
            N_("a picture of {width} × {height} pixels is too large for PNG"),
            where="--scale",
            mend=N_("take a smaller scale"),
            width=round(width * scale),
            height=round(height * scale),
        )
    use_no_display()
    workspace = started(project, trust=trust)
    if at is not None:
        commands.goto(workspace, at)
    from gradviz.qt.shot import shot as take

    take(workspace, output, size=(width, height), scale=scale, theme=theme, view=view, pane=pane)
    return _wrote(workspace, [output], as_json)


def _is_trace(project: Path, output: Path) -> bool:
    """Whether the project is a saved trace, which the picture must not overwrite."""
    if project.suffix.lower() != SUFFIX:
        return False
    if output.exists() and output.samefile(project):
        raise UsageError(
            N_("the picture would overwrite the trace"),
            where="--output",
            mend=N_("choose another name"),
        )
    return True


def _note(told: Drawing | Played | None) -> None:
    if told is not None and told.note:
        click.echo(f"gradviz: {told.note}", err=True)


def _tell_found(trace: Trace, asked: dict[str, Any], as_json: bool) -> dict[str, Any]:
    """Print what was found, and the way; as JSON it is printed later, with the rest."""
    from gradviz.render.pages.found import found_of, lines_of

    found = found_of(trace, **asked)
    for line in [] if as_json else lines_of(found):
        click.echo(line)
    return found


def _wrote_of_trace(
    trace: Path, files: Sequence[Path], as_json: bool, found: dict[str, Any] | None = None
) -> int:
    names = [str(file) for file in files]
    told = {"trace": str(trace), "files": names, **(found or {})}
    said = json.dumps(told, ensure_ascii=False)
    click.echo(said if as_json else "\n".join(names))
    return 0


def _wrote(
    workspace: Workspace,
    files: Sequence[Path],
    as_json: bool,
    found: dict[str, Any] | None = None,
) -> int:
    if as_json:
        print_json(workspace, files, **(found or {}))
    else:
        click.echo("\n".join(str(file) for file in files))
    return finish(workspace)


def _size(text: str) -> tuple[int, int]:
    width, _cross, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise UsageError(
            N_("“{text}” is no size"), where="--size", mend=N_("write 1280x720"), text=text
        )
    if not (320 <= int(width) <= 7680 and 240 <= int(height) <= 4320):
        raise UsageError(
            N_("a window of {text} cannot be drawn"),
            where="--size",
            mend=N_("take from 320x240 to 7680x4320"),
            text=text,
        )
    return int(width), int(height)


VERBS = (graph, play, shot)
