"""The arguments and options that verbs of the command line share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from gradviz import i18n
from gradviz.helptext import Argument, Function, option
from gradviz.i18n import N_
from gradviz.render.folds.folding import FOLDS, Folding


def project(help: str = N_("A project file.")) -> Callable[[Function], Function]:
    """The argument that nearly every verb has."""
    return click.argument("project", cls=Argument, type=click.Path(path_type=Path), help=help)


LANGUAGE = "gradviz.language"
"""What the context's ``meta`` has where a language was asked for."""


def _use(context: click.Context, _option: object, value: str | None) -> None:
    if value:
        i18n.use(value)
        context.meta[LANGUAGE] = value


language = option(
    "--lang",
    type=click.Choice(sorted(i18n.LANGUAGES)),
    is_eager=True,
    expose_value=False,
    callback=_use,
    help=N_("Language of all texts; the system's if not given."),
)


def shared(function: Function) -> Function:
    """The options of every verb."""
    as_json = option(
        "--json", "as_json", is_flag=True, help=N_("Print the result as one JSON object.")
    )
    return language(as_json(function))


theme = option(
    "--theme",
    type=click.Choice(["auto", "light", "dark", "print"]),
    default="auto",
    show_default=True,
    help=N_("Colours; auto are the reader's in a page, else light."),
)
scale = option(
    "--scale",
    type=click.FloatRange(0.1, 8),
    default=1.0,
    show_default=True,
    help=N_("Pixels of the picture for each pixel of the drawing."),
)
fold = option(
    "--fold",
    metavar="HOW",
    default="auto",
    show_default=True,
    callback=lambda _context, _option, value: _folding(value),
    help=N_(
        "What is drawn as one box: auto folds modules until the picture can be read, none nothing, "
        "a number all modules below that depth; module calls such as layer1.0,layer2 are opened."
    ),
)
size = option(
    "--size",
    metavar="WxH",
    help=N_("Size of the page, such as 1280x720 or 1920x1080; a graph too large to be read there "
            "is shown around the moment, with a map."),
)  # fmt: skip
view = option(
    "--view",
    type=click.Choice(["autograd", "modules", "both"]),
    default="autograd",
    show_default=True,
    help=N_("Which graph: that of backward, the modules as forward calls them, or both side by "
            "side."),
)  # fmt: skip
whole = option("--whole", is_flag=True, help=N_("Keep all of the graph on the page."))
footer = option("--footer", is_flag=True, help=N_("Add a line with the seed and the versions."))
at = option(
    "--at",
    metavar="MOMENT",
    help=N_("The moment: start, end, backward:3, forward:end, backward:half, or 2/17."),
)
trust = option(
    "--trust",
    is_flag=True,
    help=N_("Run the Python files that the project names; read them first, for they can do "
            "anything that you can do."),
)  # fmt: skip
weights = option(
    "--weights",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=N_("Begin with the weights of this safetensors file, not with those of the project."),
)


def _folding(text: str) -> Folding:
    """What ``--fold`` says: a word, a depth, or module calls with commas between them."""
    if text.isdecimal():
        return int(text)
    return text if text in FOLDS else [path.strip() for path in text.split(",")]
