"""Opening, keeping and exporting."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from gradviz.errors import GradvizError, UsageError
from gradviz.i18n import N_
from gradviz.spec import codec
from gradviz.spec.data import Data
from gradviz.spec.example import example_of
from gradviz.spec.model import Block, Choice, Model
from gradviz.spec.project import Project, Training
from gradviz.trace.container import SUFFIX
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.engine.catalogues.trusted import Trusted
    from gradviz.importing.pythons import Remark
    from gradviz.trace.trace import Trace


ENDING = ".gradviz"
MOST = 100
"""Files of weights that one project may have beside it."""


def open_project(workspace: Workspace, path: Path, *, weights: Path | None = None) -> None:
    """Open a project file, to begin with the weights of another file if one is named. Nothing of it
    runs before `start`.
    """
    project = codec.load(path)
    if weights is not None:
        training = replace(project.training, weights=str(weights.resolve()))
        project = replace(project, training=training)
    workspace.open(project, path)


def new_project(workspace: Workspace) -> None:
    """Begin another project: an input and an output, with nothing between them yet, on the sample
    of letters.
    """
    blocks = Block("image", "Input", {"shape": [1, 28, 28]}), Block("scores", "Output")
    data = Data(Choice("Letters"))
    optimizer = Choice("SGD", {"lr": 0.02, "momentum": 0.9})
    training = Training(Choice("CrossEntropyLoss"), optimizer)
    workspace.open(Project(model=Model(blocks), data=data, training=training), None)


def trust(workspace: Workspace) -> None:
    """Agree to run the Python files that the project names, as they are now; nothing runs yet.

    A file that somebody else wrote can do anything that you can do: read it first. Raises
    `UsageError` for one that cannot be read.
    """
    from gradviz.engine.catalogues.catalogues import agreed

    project = workspace.require_project()
    workspace.trusted = agreed(project, bool(project.code))


def export(workspace: Workspace, path: Path) -> list[Path]:
    """Write the project as PyTorch code that runs without gradviz, and what it reads beside it.

    Gives the files. Raises `BuildError` for a project that cannot be built, and `OutputError`.
    """
    from gradviz.code.files import write_python

    return write_python(workspace.require_project(), path, trust=workspace.trusted)


def import_module(
    workspace: Workspace,
    module: str,
    inputs: Iterable[str],
    *,
    output: Path | None = None,
    weights: Path | None = None,
    trusted: Trusted | None = None,
) -> tuple[Remark, ...]:
    """Make a project of the module that a Python file makes, ``net.py:Net(depth=3)``, called with
    ``inputs`` such as ``1,3,224,224``, and write it with its weights beside it.

    The file is run, with ``trusted`` only as it was agreed to. Gives what is to be said of modules
    that stay Python code. Raises `UsageError`, `BuildError` and `OutputError`.
    """
    from gradviz.engine.building.weights import write_weights
    from gradviz.importing.fromfile import import_file

    examples = [example_of(each, where="--input") for each in inputs]
    found = import_file(module, examples, weights=weights, trusted=trusted)
    path = output or Path(f"{found.project.name.lower()}{ENDING}")
    if path.suffix != ENDING:
        raise UsageError(
            N_("a project ends in .gradviz, not in “{suffix}”"),
            where=str(path),
            mend=N_("choose another name"),
            suffix=path.suffix,
        )
    file = _weights_beside(path.resolve())
    write_weights(found.state, file)
    training = replace(found.project.training, weights=str(file))
    workspace.open(replace(found.project, training=training), None)
    if trusted is None:
        trust(workspace)
    else:
        workspace.trusted = trusted
    save_as(workspace, path)
    return found.remarks


def _weights_beside(path: Path) -> Path:
    """Where the weights of a project go: beside it under its name, over none but those that it had
    there before.
    """
    first = path.with_suffix(".safetensors")
    names = [first, *(first.with_stem(f"{path.stem}-{number}") for number in range(2, MOST))]
    try:
        before = Path(codec.load(path).training.weights)
    except GradvizError:
        before = None
    free = next((name for name in names if not name.exists()), first)
    return before if before in names else free


def keep_composite(workspace: Workspace, name: str, *, over: bool = False) -> None:
    """Keep a composite of the project in the user's library, with those that it needs; ``over`` one
    of the same name.

    Raises `UsageError` for a name that is not there, or is taken by another one, and for blocks
    that a Python file defines, for the library holds no code.
    """
    from gradviz.engine.catalogues.catalogues import CATALOGUES
    from gradviz.spec.library import Library, needed

    model = workspace.require_project().model
    parts = needed(model, name)
    known = {part.name for part in parts}
    for part in parts:
        for block in part.blocks:
            if block.kind not in known and block.kind not in CATALOGUES.blocks:
                raise UsageError(
                    N_("“{block}” is no block of gradviz, and the library holds no code"),
                    where=f"{part.name}.{block.name}",
                    mend=N_("take it out of the composite, or copy the project instead"),
                    block=block.kind,
                )
    Library().keep(model, name, over=over)


def write_trace(workspace: Workspace, path: Path) -> None:
    """Write the trace: whole if the name ends in .gvtrace, else its events as JSON lines."""
    from gradviz.trace import jsonl

    trace = workspace.require_session().trace
    if path.suffix.lower() == SUFFIX:
        trace.save(path)
    else:
        jsonl.write(trace, path)


def save_weights(workspace: Workspace, path: Path) -> None:
    """Write the model's weights at the cursor as safetensors."""
    from gradviz.engine.building.weights import save_weights_at

    session = workspace.require_session()
    save_weights_at(session.model, session.state, path)


def saved_trace(file: Path) -> Trace:
    """Open a saved trace."""
    from gradviz.engine.opening.opening import open_trace

    return open_trace(file)


def save(workspace: Workspace) -> None:
    """Write the project into its file, whole or not at all. Raises `UsageError` if it has none yet,
    and `OutputError`.
    """
    if workspace.path is None:
        raise UsageError(N_("the project has no file yet"), mend=N_("save it under a name"))
    save_as(workspace, workspace.path)


def save_as(workspace: Workspace, path: Path) -> None:
    """Write the project into a file, from now on its own. Raises `OutputError`."""
    codec.save(workspace.require_project(), path)
    workspace.kept(path)
