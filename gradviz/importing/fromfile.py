"""The module that a Python file makes, and the tensors that it is called with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import torch
from msgspec import Struct
from torch import Tensor, nn

from gradviz.engine.building.weights import load_weights
from gradviz.engine.catalogues.pythonkind import python_kind
from gradviz.engine.catalogues.trusted import Trusted
from gradviz.engine.catalogues.userfile import importable
from gradviz.engine.loop.seed import seeded
from gradviz.errors import BuildError, UsageError
from gradviz.i18n import N_
from gradviz.importing.imported import Imported, imported
from gradviz.importing.pythons import Source, source_of
from gradviz.spec.pythonfiles import beside, trusted_files
from gradviz.spec.pythonmodule import PythonModule, check_modules

_TYPES = {"float32", "float64", "float16", "bfloat16", "int64", "int32", "bool"}
_INPUT = re.compile(r"(?P<shape>\d+(?:,\d+)*)(?::(?P<dtype>[a-z]+\d*))?(?:<(?P<below>\d+))?")


class Example(Struct, frozen=True):
    """A tensor that a model is called with, without its numbers."""

    shape: tuple[int, ...]
    dtype: str = "float32"
    below: int = 2

    def tensor(self) -> Tensor:
        """Random numbers: normally distributed, or whole ones from 0 up to ``below``."""
        dtype = getattr(torch, self.dtype)
        if dtype.is_floating_point:
            return torch.randn(self.shape).to(dtype)
        return torch.randint(self.below, self.shape).to(dtype)


def example_of(text: str) -> Example:
    """``1,3,224,224``, or ``2,16:int64<1000`` for whole numbers from 0 to 999.

    Raises `UsageError`.
    """
    found = _INPUT.fullmatch(text.replace(" ", ""))
    dtype = (found and found["dtype"]) or ("int64" if found and found["below"] else "float32")
    if found is None or dtype not in _TYPES:
        raise UsageError(
            N_("“{text}” does not say what a model is called with"),
            where="--input",
            mend=N_("write the shape with the batch first: 1,3,224,224, or 2,16:int64<1000"),
            text=text,
        )
    shape = tuple(map(int, found["shape"].split(",")))
    return Example(shape, dtype, int(found["below"] or 2))


def import_file(
    target: str, examples: Iterable[Example], *, weights: Path | None = None
) -> Imported:
    """The project of what ``net.py:Net(depth=3)`` makes. The file is run, so read it first.

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
    trusted = Trusted()
    for each in trusted_files((wrapped,)):
        trusted.add(each)
    program = trusted.program(file)
    kind = python_kind(wrapped, program.module, home=importable(Path(file)), program=program)
    with seeded(0):
        module = kind.make()
        inputs = tuple(each.tensor() for each in examples)
    assert isinstance(module, nn.Module)
    if weights is not None:
        load_weights(module, weights)
    homes = {importable(Path(file)): file, **{n: str(p) for n, p in beside(Path(file)).items()}}
    with program.importing():
        return _imported(module, inputs, Source(file, make, homes), target)


def _imported(
    module: nn.Module, inputs: tuple[Tensor, ...], source: Source, target: str
) -> Imported:
    """Raises `BuildError` for a module that cannot be called with such tensors."""
    try:
        return imported(module, inputs, source=source)
    except (RuntimeError, TypeError, ValueError, IndexError, AttributeError) as error:
        shapes = ", ".join(str(tuple(each.shape)) for each in inputs)
        raise BuildError(
            N_("it cannot be called with {shapes}: {reason}"),
            where=target,
            mend=N_("give what its forward takes, one --input for each tensor"),
            shapes=shapes,
            reason=str(error).partition("\n")[0] or type(error).__name__,
        ) from error
