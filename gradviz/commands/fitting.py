"""Training over epochs, and its plot."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gradviz import i18n
from gradviz.arguments import check_type
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.trace.epochs import Epoch, History
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.engine.fitting.fitting import Fitting
    from gradviz.render.drawing import Drawing


def begin_fitting(workspace: Workspace) -> Fitting:
    """The project, built anew, ready to be trained over epochs."""
    from gradviz.engine.fitting.fitting import Fitting

    return Fitting(workspace.require_project(), trust=workspace.trusted)


def fit(fitting: Fitting, epochs: int, *, tell: Callable[[Epoch], None] | None = None) -> History:
    """Train on for so many epochs at full speed; ``tell`` is called after each."""
    return fitting.run(epochs, tell=tell)


def save_fitted(fitting: Fitting, path: Path) -> None:
    """Write the weights of the trained model as safetensors."""
    from gradviz.engine.building.weights import save_weights

    save_weights(fitting.model, path)


def plot(
    history: History,
    path: str | os.PathLike[str],
    *,
    title: str = "",
    theme: str = "auto",
    lang: str = "en",
    scale: float = 1.0,
) -> Drawing:
    """Draw the losses and accuracies of a training into a file, ``.svg``, ``.png`` or ``.pdf``.

    ``history`` is that of `gradviz.fit`. ``theme`` is ``light``, ``dark`` or ``print``, and
    ``scale`` is pixels for each pixel of the drawing. Raises `UsageError` for an argument that
    makes no sense, and `OutputError` when the file cannot be written.
    """
    from gradviz.explain.fitted import sentences
    from gradviz.render.plots.training import training_plot
    from gradviz.render.render import PICTURES, checked_scale
    from gradviz.render.theme import theme_named

    check_type(history, History, where="history", mend=N_("give fit(…).history"))
    check_type(path, (str, os.PathLike), where="path")
    check_plot(file := Path(path))
    checked_scale(scale)
    with _language(lang):
        drawing = training_plot(history, theme_named(theme), title=title, said=sentences(history))
        PICTURES[file.suffix.lower()](drawing, file, scale=scale)
    return drawing


def check_plot(file: Path) -> None:
    """Raise `UsageError` for a name that does not end as a picture's does."""
    from gradviz.render.render import PICTURES

    if file.suffix.lower() not in PICTURES:
        raise UsageError(
            N_("“{suffix}” is no kind of picture"),
            where=str(file),
            mend=N_("end the name in {known}"),
            suffix=file.suffix,
            known=", ".join(PICTURES),
        )


@contextmanager
def _language(lang: str) -> Iterator[None]:
    before = i18n.language()
    i18n.use(lang)
    try:
        yield
    finally:
        i18n.use(before)
