"""The command line: each verb ends in the functions of `gradviz.commands`.

Exit codes: 0 done; 1 the run failed, its trace is still written; 2 the input was wrong, one line on
standard error says what, where and how to mend it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradviz import (
    __version__,
    commands,
    dataverbs,
    i18n,
    modelverbs,
    pictureverbs,
    previewverb,
    runverb,
)
from gradviz.display import has_display, use_no_display
from gradviz.errors import GradvizError, UsageError
from gradviz.helptext import Argument, Program, option
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.options import (
    LANGUAGE,
    shared,
    theme,
    trust,
)
from gradviz.resources import assets
from gradviz.spec.codec import load
from gradviz.verbs import finish, print_json, started, tell_events

if TYPE_CHECKING:
    from gradviz.settings import Colours

DEMO = "letters_cnn.gradviz"
DEMO_EPOCHS = 5


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
@option("--theme", type=click.Choice(["system", "light", "dark", "print"]),
        help=N_("Colours; as chosen the last time if not given."))  # fmt: skip
@trust
@shared
def window(project: Path | None, theme: Colours | None, trust: bool, as_json: bool) -> int:
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
    "printed as a table, it is trained for a few epochs, and pictures, trace and an index.html are "
    "written to the folder."
))  # fmt: skip
@option("--out", type=click.Path(path_type=Path), default=Path("gradviz-demo"), show_default=True,
        help=N_("The folder for the pictures, the trace and the page."))  # fmt: skip
@option("--headless", is_flag=True, help=N_("Write files even where there is a display."))
@theme
@shared
def demo(out: Path, headless: bool, theme: str, as_json: bool) -> int:
    """``gradviz demo``."""
    if has_display() and not (headless or as_json):
        chosen: dict[str, Colours] = {"light": "light", "dark": "dark", "print": "print"}
        return _open_window(demo_project(), chosen.get(theme))
    from gradviz.epochsrun import train
    from gradviz.explain.fitted import sentences
    from gradviz.report import write_report

    use_no_display()
    workspace = started(demo_project())
    commands.run(workspace)
    teller = None if as_json else tell_events(workspace)
    fitting = commands.begin_fitting(workspace)
    train(fitting, DEMO_EPOCHS, teller)
    report = write_report(workspace, out, theme=theme, history=fitting.history)
    if teller is None:
        print_json(workspace, report.files, said=sentences(fitting.history))
    else:
        teller.fitted(sentences(fitting.history))
        teller.files(report.files)
    for note in report.notes:
        click.echo(f"gradviz: {note}", err=True)
    return finish(workspace)


for verb in (
    runverb.run,
    *pictureverbs.VERBS,
    previewverb.preview,
    *modelverbs.VERBS,
    dataverbs.data,
):
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
    except SystemExit as left:
        return _complain(
            _("code that the project runs ended the program with exit({code})").format(
                code="" if left.code is None else repr(left.code)
            )
        )
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


def _open_window(path: Path, theme: Colours | None, *, trust: bool = False) -> int:
    from gradviz.qt.app import open_window

    asked = click.get_current_context().meta.get(LANGUAGE)
    return open_window(path, theme=theme, lang=asked, trust=trust)
