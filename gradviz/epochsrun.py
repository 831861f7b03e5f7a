"""Training over epochs as the verbs of the command line have it: a row an epoch, then the files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from msgspec import Struct

from gradviz import commands
from gradviz.errors import GradvizError, UsageError
from gradviz.explain.fitted import sentences
from gradviz.files import check_writable
from gradviz.i18n import N_, language
from gradviz.i18n import gettext as _
from gradviz.report import data_notes
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.engine.fitting.fitting import Fitting
    from gradviz.teller import Teller


class Wanted(Struct, frozen=True):
    """What is to be written when training is over."""

    plot: Path | None = None
    weights: Path | None = None
    theme: str = "auto"


def run_epochs(workspace: Workspace, epochs: int, wanted: Wanted, *, as_json: bool) -> int:
    """Train, write what is wanted of it, and tell; gives the exit code. What there is by then is
    written also if training ends before its time.
    """
    from gradviz.teller import Teller

    if wanted.plot is not None:
        commands.check_plot(wanted.plot)
    for file in filter(None, (wanted.plot, wanted.weights)):
        check_writable(file)  # now, not when hours of training are to be kept
    fitting = commands.begin_fitting(workspace)
    teller = None if as_json else Teller()
    if teller is not None:
        teller.project(workspace)
    error: GradvizError | None = None
    try:
        train(fitting, epochs, teller)
    except GradvizError as raised:
        error = raised
    begun = error is None or bool(fitting.history.losses)
    files = _write(workspace, fitting, wanted) if begun else []
    problem = problem_of(fitting)
    if teller is None:
        _print_json(workspace, fitting, files, problem)
    else:
        teller.notes(data_notes(fitting.loader))
        teller.fitted(sentences(fitting.history))
        teller.files(files)
    if error is not None:
        raise error
    if problem:
        line = _("the run failed: {problem}").format(problem=problem)
        click.echo(f"gradviz: {line}", err=True)
    return 1 if problem else 0


def train(fitting: Fitting, epochs: int, teller: Teller | None) -> None:
    """Train for so many epochs, and tell of each when it ends."""
    if teller is not None:
        teller.epochs()
    commands.fit(fitting, epochs, tell=None if teller is None else teller.epoch)


def problem_of(fitting: Fitting) -> str:
    """What went wrong, in one line; empty if nothing did."""
    history, error = fitting.history, fitting.error
    if history.ended == "nan":
        text = _("the loss is NaN in iteration {iteration}; a smaller learning rate may help")
        return text.format(iteration=history.diverged)
    if error is None:
        return ""
    if isinstance(error, GradvizError):
        return str(error)
    where = _("iteration {iteration}").format(iteration=len(history.losses))
    return " ".join(f"{where}: {type(error).__name__}: {error}".split())


def check_alone(**others: object) -> None:
    """Raise `UsageError` for options that say nothing to training over epochs."""
    for name, value in others.items():
        if value:
            raise UsageError(
                N_("--epochs runs whole epochs without a trace, so this says nothing to it"),
                where=f"--{name.replace('_', '-')}",
                mend=N_("leave one of the two out"),
            )


def _write(workspace: Workspace, fitting: Fitting, wanted: Wanted) -> list[Path]:
    files = []
    if wanted.plot is not None and fitting.history.epochs:
        name = workspace.require_project().name
        commands.plot(fitting.history, wanted.plot, title=name, theme=wanted.theme, lang=language())
        files.append(wanted.plot)
    if wanted.weights is not None:
        commands.save_fitted(fitting, wanted.weights)
        files.append(wanted.weights)
    return files


def _print_json(workspace: Workspace, fitting: Fitting, files: list[Path], problem: str) -> None:
    history = fitting.history
    told = {
        "project": workspace.require_project().name,
        "iterations": len(history.losses),
        **json.loads(msgspec.json.encode(history)),  # NaN and infinity are null there
        "best": None if history.best is None else history.best.epoch,
        "said": sentences(history),
        "problem": problem or None,
        "files": [str(file) for file in files],
    }
    click.echo(json.dumps(told, ensure_ascii=False))
