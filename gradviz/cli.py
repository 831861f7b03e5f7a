"""The command line: each verb ends in the functions of `gradviz.commands`.

Exit codes: 0 done; 1 the run failed, its trace is still written; 2 the input was wrong, one line on
standard error says what, where and how to mend it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradviz import __version__, commands, dataverbs, i18n, modelverbs
from gradviz.display import has_display, use_no_display
from gradviz.errors import GradvizError, TraceError, UsageError
from gradviz.helptext import Argument, Program, option
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
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
    weights,
    whole,
)
from gradviz.resources import assets
from gradviz.spec.breakpoints import Breakpoint
from gradviz.spec.codec import load
from gradviz.trace.container import SUFFIX
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.engine.stops.reasons import Stop
    from gradviz.render.drawing import Drawing
    from gradviz.render.play import Played
    from gradviz.trace.trace import Trace

DEMO = "letters_cnn.gradviz"
MOST_PIXELS = 128_000_000


@click.group(cls=Program, help=N_(
    "See one real PyTorch training iteration, step by step.\n\n"
    "“gradviz PROJECT” opens the window on a project; “gradviz demo” shows an example."
))  # fmt: skip
@click.version_option(__version__, prog_name="gradviz", message="%(prog)s %(version)s")
def program() -> None:
    """The program."""


@program.command("window", hidden=True, help=N_("Open the window on a project."))
@click.argument("project", cls=Argument, required=False, type=click.Path(path_type=Path),
                help=N_("A project file; the example if not given."))  # fmt: skip
@option("--theme", type=click.Choice(["light", "dark"]), default="light", help=N_("Colours."))
@trust
@shared
def window(project: Path | None, theme: str, trust: bool, as_json: bool) -> int:
    """``gradviz PROJECT``."""
    project = project or demo_project()
    load(project)
    if not has_display():
        raise UsageError(
            N_("there is no display to open the window on"),
            mend=N_("use “gradviz run”, “graph” or “shot”, which need none"),
        )
    return _open_window(project, theme, trust=trust)


@program.command(help=N_(
    "Show the example: a small CNN that reads letters, for one training iteration.\n\n"
    "With a display it opens in the window. Without one, or with --headless, its events are "
    "printed as a table, and pictures, trace and an index.html are written to the folder."
))  # fmt: skip
@option("--out", type=click.Path(path_type=Path), default=Path("gradviz-demo"), show_default=True,
        help=N_("The folder for the pictures, the trace and the page."))  # fmt: skip
@option("--headless", is_flag=True, help=N_("Write files even where there is a display."))
@theme
@shared
def demo(out: Path, headless: bool, theme: str, as_json: bool) -> int:
    """``gradviz demo``."""
    if has_display() and not (headless or as_json):
        return _open_window(demo_project(), "dark" if theme == "dark" else "light")
    from gradviz.report import write_report

    use_no_display()
    workspace = _started(demo_project())
    commands.run(workspace)
    report = write_report(workspace, out, theme=theme)
    if as_json:
        _print_json(workspace, report.files)
    else:
        _tell_events(workspace).files(report.files)
    for note in report.notes:
        click.echo(f"gradviz: {note}", err=True)
    return _finish(workspace)


@program.command("run", help=N_(
    "Run training iterations and print what happened.\n\n"
    "The events of the last iteration are printed as a table, phase by phase. With --until the run "
    "stops at the first event for which a condition is true, and so does the table.\n\n"
    "A condition may ask for index, iteration, phase, event, op, node, module, param, buffer, "
    "shape, dtype, lr, loss, value_norm, grad_norm, update_norm, min, max, mean and bad (how many "
    "elements came out NaN or infinite), as in: phase == \"backward\" and grad_norm > 100"
))  # fmt: skip
@project()
@option("--iterations", type=click.IntRange(1), metavar="N",
        help=N_("How many training iterations to run: 1, or up to 1000 with --until."))  # fmt: skip
@option("--until", metavar="CONDITION",
        help=N_("Stop where this is true, such as “grad_norm > 100”."))  # fmt: skip
@option("--trace", type=click.Path(path_type=Path), metavar="FILE",
        help=N_("Write the trace here: with every value if the name ends in .gvtrace, else "
                "its events as JSON lines."))  # fmt: skip
@option("--as-far", is_flag=True,
        help=N_("Run a model that does not fit up to the block that fails, to see where and "
                "why."))  # fmt: skip
@trust
@weights
@option("--save-weights", type=click.Path(path_type=Path), metavar="FILE",
        help=N_("Write the model's weights as they are then, as safetensors."))  # fmt: skip
@shared
def run_(
    project: Path,
    iterations: int | None,
    until: str | None,
    trace: Path | None,
    as_far: bool,
    trust: bool,
    weights: Path | None,
    save_weights: Path | None,
    as_json: bool,
) -> int:
    """``gradviz run``."""
    breakpoint = None if until is None else Breakpoint("expression", until)
    for target, option_ in ((trace, "--trace"), (save_weights, "--save-weights")):
        if target is not None and target.exists() and target.samefile(project):
            raise UsageError(
                N_("this would overwrite the project"),
                where=option_,
                mend=N_("choose another name"),
            )
    begin = commands.start_as_far if as_far else commands.start
    workspace = _started(project, trust=trust, weights=weights, begin=begin)
    stop = None
    if breakpoint is None:
        commands.run(workspace, iterations or 1)
    else:
        stop = commands.run_until(workspace, breakpoint, iterations=iterations or 1000)
    files = []
    if trace is not None:
        commands.write_trace(workspace, trace)
        files.append(trace)
    if save_weights is not None:
        commands.save_weights(workspace, save_weights)
        files.append(save_weights)
    if as_json:
        _print_json(workspace, files, stop=None if stop is None else _plain(stop))
    else:
        told = _tell_events(workspace)
        if stop is not None:
            told.stop(stop)
        told.files(files)
    return _finish(workspace)


@program.command(help=N_(
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
    workspace = _started(project, trust=trust)
    try:
        picture = commands.write_graph(workspace, output, at=at, **look)
    except TraceError:
        if commands.problem(workspace):
            return _finish(workspace)
        raise
    _note(picture)
    found = _tell_found(workspace.require_session().trace, asked, as_json)
    return _wrote(workspace, [output], as_json, found)


@program.command(help=N_(
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
    workspace = _started(project, trust=trust)
    try:
        played = commands.write_film(workspace, output, **look)
    except TraceError:
        if commands.problem(workspace):
            return _finish(workspace)
        raise
    _note(played)
    return _wrote(workspace, played.files, as_json)


@program.command(help=N_("Take a picture of the window on a project, without a display."))
@project()
@option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE",
        help=N_("The picture, a PNG file."))  # fmt: skip
@at
@option("--size", default="1280x720", show_default=True, metavar="WxH",
        help=N_("Size of the window in pixels."))  # fmt: skip
@scale
@option("--theme", type=click.Choice(["light", "dark"]), default="light", show_default=True,
        help=N_("Colours."))  # fmt: skip
@view
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
    workspace = _started(project, trust=trust)
    if at is not None:
        commands.goto(workspace, at)
    from gradviz.qt.shot import shot as take

    take(workspace, output, size=(width, height), scale=scale, theme=theme, view=view)
    return _wrote(workspace, [output], as_json)


for verb in (*modelverbs.VERBS, dataverbs.data):
    program.add_command(verb)


def demo_project() -> Path:
    """The example that ``gradviz demo`` shows."""
    return assets() / "examples" / DEMO


def run(arguments: Sequence[str]) -> int:
    """Run the command line with these arguments; returns the exit code."""
    i18n.use(i18n.of_system())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal may know fewer letters than we use
            stream.reconfigure(errors="replace")
    try:
        code = program.main(list(arguments), prog_name="gradviz", standalone_mode=False)
    except GradvizError as error:
        return _complain(str(error))
    except click.exceptions.Abort:
        return _complain(_("stopped"))
    except click.ClickException as error:
        mend = _("see “{command} --help”").format(command=_command_of(error))
        return _complain(f"{' '.join(error.format_message().split())} → {mend}")
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        return _complain(
            _("the output cannot be written ({reason})").format(reason=error.strerror or error)
        )
    return code if isinstance(code, int) else 0


def _complain(line: str) -> int:
    click.echo(f"gradviz: {line}", err=True)
    return 2


def _command_of(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return context.command_path if context else "gradviz"


def _started(
    path: Path,
    *,
    trust: bool = False,
    weights: Path | None = None,
    begin: Callable[[Workspace], None] = commands.start,
) -> Workspace:
    workspace = Workspace()
    commands.open_project(workspace, path, weights=weights)
    if trust:
        commands.trust(workspace)
    begin(workspace)
    return workspace


def _open_window(path: Path, theme: str, *, trust: bool = False) -> int:
    from gradviz.qt.app import open_window

    return open_window(path, theme=theme, trust=trust)


def _tell_events(workspace: Workspace) -> Any:
    from gradviz.report import data_notes
    from gradviz.teller import Teller

    teller = Teller()
    teller.events(workspace)
    teller.notes(data_notes(workspace))
    return teller


def _plain(stop: Stop) -> dict[str, Any]:
    event = stop.event
    return {
        "hit": stop.hit,
        "event": event.index,
        "iteration": event.iteration,
        "phase": event.phase,
        "why": stop.why,
    }


def _print_json(workspace: Workspace, files: Sequence[Path], **more: object) -> None:
    session = workspace.require_session()
    click.echo(
        json.dumps(
            {
                "project": workspace.require_project().name,
                "iterations": session.iterations,
                "events": len(session.trace.events),
                "loss": commands.losses(workspace),
                "problem": commands.problem(workspace) or None,
                "files": [str(file) for file in files],
                **more,
            },
            ensure_ascii=False,
        )
    )


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
        _print_json(workspace, files, **(found or {}))
    else:
        click.echo("\n".join(str(file) for file in files))
    return _finish(workspace)


def _finish(workspace: Workspace) -> int:
    problem = commands.problem(workspace)
    if problem:
        line = _("the run failed: {problem}").format(problem=problem)
        click.echo(f"gradviz: {line}", err=True)
    return 1 if problem else 0


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
