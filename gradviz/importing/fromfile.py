"""The module that a Python file makes, and the tensors that it is called with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from msgspec import structs
from torch import Tensor, nn

from gradviz.engine.building.weights import load_weights
from gradviz.engine.catalogues.pythonkind import python_kind
from gradviz.engine.catalogues.trusted import Trusted
from gradviz.engine.catalogues.userfile import importable
from gradviz.engine.loop.seed import seeded
from gradviz.errors import BuildError, GradvizError, UsageError
from gradviz.i18n import N_
from gradviz.importing.imported import Imported, imported
from gradviz.importing.pythons import Source, source_of
from gradviz.spec.example import Example
from gradviz.spec.model import Setting
from gradviz.spec.project import Project
from gradviz.spec.pythonfiles import beside, trusted_files
from gradviz.spec.pythonmodule import PythonModule, check_modules


def import_file(
    target: str,
    examples: Sequence[Example],
    *,
    weights: Path | None = None,
    trusted: Trusted | None = None,
) -> Imported:
    """The project of what ``net.py:Net(depth=3)`` makes. The file is run, so read it first; with
    ``trusted`` only if it is as it was agreed to.

    With ``weights`` the module begins with those of a safetensors file. Raises `UsageError` for a
    file that does not run, `BuildError` for what makes no module, and what `from_module` raises.
    """
    source = source_of(target)
    file, make = source.file, source.make
    if not Path(file).is_file():
        raise UsageError(
            N_("there is no such file"), where=file, mend=N_("check the name of the file")
        )
    wrapped = PythonModule(name="Imported", file=file, make=make)
    check_modules((wrapped,))
    if trusted is None:
        trusted = Trusted()
        for each in trusted_files((wrapped,)):
            trusted.add(each)
    program = trusted.program(file)
    kind = python_kind(wrapped, program.module, home=importable(Path(file)), program=program)
    with seeded(0):
        module = kind.make()
        inputs = tuple(map(tensor_of, examples))
    assert isinstance(module, nn.Module)
    if weights is not None:
        load_weights(module, weights)
    homes = {importable(Path(file)): file, **{n: str(p) for n, p in beside(Path(file)).items()}}
    with program.importing():
        found = _imported(module, inputs, Source(file, make, homes), target)
    return structs.replace(found, project=_with_bounds(found.project, examples))


def _with_bounds(project: Project, examples: Sequence[Example]) -> Project:
    """The project with whole numbers as they were asked for, and not as they happened to be."""
    dataset = project.data.dataset
    if "below" not in dataset.settings:
        return project
    bounds: Setting = [each.below if each.whole else 0 for each in examples]
    dataset = structs.replace(dataset, settings={**dataset.settings, "below": bounds})
    return structs.replace(project, data=structs.replace(project.data, dataset=dataset))


def tensor_of(example: Example) -> Tensor:
    """Random numbers: normally distributed, or whole ones from 0 up to ``below``."""
    dtype = getattr(torch, example.dtype)
    if example.whole:
        return torch.randint(example.below, example.shape).to(dtype)
    return torch.randn(example.shape).to(dtype)


def _imported(
    module: nn.Module, inputs: tuple[Tensor, ...], source: Source, target: str
) -> Imported:
    """Raises `BuildError` for a module that cannot be called with such tensors."""
    try:
        return imported(module, inputs, source=source)
    except GradvizError:
        raise  # some are a ValueError too
    except (RuntimeError, TypeError, ValueError, IndexError, AttributeError) as error:
        shapes = ", ".join(str(tuple(each.shape)) for each in inputs)
        raise BuildError(
            N_("it cannot be called with {shapes}: {reason}"),
            where=target,
            mend=N_("give what its forward takes, a shape for each tensor"),
            shapes=shapes,
            reason=str(error).partition("\n")[0] or type(error).__name__,
        ) from error
