"""``from_module()``: a project of blocks that does what a module does, to the bit."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import torch
from msgspec import Struct
from msgspec.structs import replace
from torch import Tensor, nn

from gradviz.arguments import check_type
from gradviz.engine.building.weights import write_weights
from gradviz.errors import UsageError, WrongValueError
from gradviz.i18n import N_
from gradviz.importing.alike import model_of
from gradviz.importing.diagrams import Drawing
from gradviz.importing.drafts import Draft, UnsaidError
from gradviz.importing.frames import Frame
from gradviz.importing.layers import layer_of
from gradviz.importing.owned import tensors_of
from gradviz.importing.pythons import NoFileError, Pythons, Remark, Source, source_of
from gradviz.importing.runs import batch_of, run
from gradviz.importing.same import difference
from gradviz.importing.surroundings import data_and_training, with_shapes
from gradviz.importing.words import UNLIKE
from gradviz.spec.project import Project


class Imported(Struct, frozen=True):
    """A project made of a module. ``state`` are the module's own weights by their names in the
    project's model, and ``remarks`` say which of its modules stayed Python code.
    """

    project: Project
    state: Mapping[str, Tensor]
    remarks: tuple[Remark, ...] = ()


def from_module(
    module: nn.Module,
    example_input: Any,
    *,
    source: str = "",
    weights: str | os.PathLike[str] | None = None,
) -> Project:
    """A project of blocks that does what the module does, with the same bits: a composite for each
    module in it, a block for each layer and op, repetitions where modules are equal.

    ``example_input`` is what it is called with: a tensor, or a tuple of them, whose first dimension
    is the batch. The module runs with it a few times and is left as it was. The shapes but for
    the batch are then those of the example, and so is what ``forward`` decides by them.

    What blocks cannot say, such as control flow by the numbers in a tensor, stays Python code: a
    block of that module, which needs the file that makes it: its class in a file, or ``source`` as
    in ``"net.py:Net(depth=3)"``. With ``weights`` the module's own are written to that file, as
    safetensors, and the project begins with them; else with fresh ones from its seed.

    Raises `WrongTypeError`, `WrongValueError`, `OutputError`, and `UsageError` for a module of
    which no file is known where one is needed. What the module itself raises passes through.
    """
    check_type(source, str, where="source")
    found = imported(module, example_input, source=source_of(source) if source else None)
    project = found.project
    if weights is not None:
        write_weights(found.state, Path(weights))
        training = replace(project.training, weights=str(Path(weights)))
        project = replace(project, training=training)
    return project


def imported(module: nn.Module, example_input: Any, *, source: Source | None = None) -> Imported:
    """The same as `from_module`, with the weights and with what is to be said of it."""
    check_type(module, nn.Module, where="module")
    inputs = _inputs(example_input)
    with _once():
        return _found(module, inputs, source)


def _found(module: nn.Module, inputs: tuple[Any, ...], origin: Source | None) -> Imported:
    layers = {id(each): layer for each in module.modules() if (layer := layer_of(each)) is not None}
    with torch.enable_grad():
        outer = run(module, inputs, layers)
    pythons = Pythons(origin, set())
    call = next(outer.calls())
    try:
        drawing = Drawing(module, pythons.wrapped)
        frame = call.frame
        draft = drawing.draft(outer) if frame is None else drawing.draft(frame, call)
    except UnsaidError as unsaid:
        return _python(module, inputs, outer, origin, unsaid.why)
    found, why = _checked(module, inputs, outer, draft, pythons)
    return _python(module, inputs, outer, origin, UNLIKE) if why else found


def _python(
    module: nn.Module, inputs: tuple[Any, ...], outer: Frame, origin: Source | None, why: str
) -> Imported:
    """The whole module as one block."""
    pythons = Pythons(origin, set())
    drawing = Drawing(module, pythons.wrapped)
    next(outer.calls()).frame = Frame(module, "", troubles=[why])
    try:
        draft = drawing.draft(outer)
    except NoFileError as unsaid:
        raise UsageError(
            N_("no blocks can do what it does, since {why}; and no file is known that makes it"),
            where=type(module).__name__,
            mend=N_(
                "save its class in a file, and import it from there: gradviz import net.py:Net"
            ),
            why=unsaid.why,
        ) from None
    except UnsaidError as unsaid:
        raise WrongValueError(
            N_("this module cannot be a project: {why}"),
            where=type(module).__name__,
            mend=N_("let its forward take tensors by name, and give tensors"),
            why=unsaid.why,
        ) from None
    found, why = _checked(module, inputs, outer, draft, pythons)
    if why:
        raise WrongValueError(
            N_("this module cannot be a project: {why}"),
            where=type(module).__name__,
            mend=N_(
                "draw what is random from torch's own generators, and let the batch come first"
            ),
            why=why,
        )
    return found


def _checked(
    module: nn.Module, inputs: tuple[Any, ...], outer: Frame, draft: Draft, pythons: Pythons
) -> tuple[Imported, str]:
    """The project, and what it does otherwise than the module. Where a batch of any size does not
    fit, as with the nodes of one graph, it is one of just that size.
    """
    why = ""
    for fixed in (False, True):
        found = _imported(module, inputs, outer, draft, pythons, fixed=fixed)
        unlike = difference(module, found.project, found.state, inputs)
        if not unlike:
            return found, ""
        why = why or unlike
    return found, why


def _imported(
    module: nn.Module,
    inputs: tuple[Any, ...],
    outer: Frame,
    draft: Draft,
    pythons: Pythons,
    *,
    fixed: bool,
) -> Imported:
    model = model_of(draft, [each.name for each in pythons.kinds])
    model = with_shapes(model, inputs, fixed=fixed)
    data, training = data_and_training(outer, inputs, fixed=fixed)
    own = tensors_of(module)
    state = {name: (own[of] if isinstance(of, str) else of).detach() for name, of in draft.state()}
    project = Project(
        name=type(module).__name__,
        model=model,
        data=data,
        training=training,
        modules=tuple(pythons.kinds),
    )
    return Imported(project, state, tuple(pythons.remarks))


_running: ContextVar[bool] = ContextVar("_running", default=False)


@contextmanager
def _once() -> Iterator[None]:
    """A file whose module stays Python code runs again, and must not import itself again then."""
    if _running.get():
        raise UsageError(
            N_("this file imports its own module while it is run to make that module"),
            where="from_module",
            mend=N_('put the call below: if __name__ == "__main__":'),
        )
    token = _running.set(True)
    try:
        yield
    finally:
        _running.reset(token)


def _inputs(example_input: Any) -> tuple[Any, ...]:
    """Raises `WrongValueError`."""
    several = isinstance(example_input, tuple | list)
    inputs = tuple(example_input) if several else (example_input,)
    if not inputs or not all(isinstance(each, Tensor) and each.dim() for each in inputs):
        raise WrongValueError(
            N_("the inputs of a model are tensors whose first dimension is the batch"),
            where="example_input",
            mend=N_("give a tensor, or a tuple of tensors: torch.randn(1, 3, 224, 224)"),
        )
    if batch_of(inputs) == 0:
        raise WrongValueError(
            N_("there is no sample in the example"),
            where="example_input",
            mend=N_("give a batch of at least one"),
        )
    return inputs
