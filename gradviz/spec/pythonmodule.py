"""A module of the user's as it is, which blocks of a project have as their kind."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from gradviz.errors import ProjectError
from gradviz.i18n import N_
from gradviz.parsing import parsed
from gradviz.spec.model import Setting
from gradviz.spec.reserved import OF_CLASSES
from gradviz.spec.results import Results, names_of, results_of

PYTHON = ".py"
TORCH = "torch.nn"
"""The one module that needs no trust."""


class PythonModule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One module that a Python file makes; ``name`` is the kind of the blocks that are it.

    ``file`` is a Python file, or an installed module such as ``torchvision.models.resnet``.
    ``make`` says what makes the whole: ``Net``, ``Net(3, depth=2)``, ``make_net()``, or an object
    ``net``; ``path`` is the submodule in it, as ``get_submodule`` takes it. ``inputs`` are the
    arguments of ``forward`` that are tensors, in the order of the ports, ``arguments`` those that
    are none, and ``outputs`` is how its results are taken apart, see `gradviz.spec.results`.
    """

    name: str
    file: str
    make: str
    path: str = ""
    inputs: tuple[str, ...] = ("x",)
    outputs: str = "y"
    arguments: dict[str, Setting] = {}

    @property
    def is_file(self) -> bool:
        """Whether ``file`` is the path of a file, and not an installed module."""
        return self.file.endswith(PYTHON)

    @property
    def results(self) -> Results:
        """How its results are taken apart. Raises `WrongValueError`."""
        return results_of(self.outputs, where=f"{self.name}.outputs")

    @property
    def making(self) -> Making:
        """What makes the whole, read. Raises `ProjectError`."""
        return making_of(self.make, where=f"{self.name}.make")


class Making(Struct, frozen=True):
    """A name, with attributes behind dots, and what it is called with if it is called at all."""

    names: tuple[str, ...]
    called: bool = False
    arguments: tuple[Any, ...] = ()
    keywords: tuple[tuple[str, Any], ...] = ()


def making_of(text: str, *, where: str = "make") -> Making:
    """What makes a module: a name, or a call of it with literals. It is read, nothing is run.

    Raises `ProjectError` for anything else.
    """
    try:
        node = parsed(text.strip(), "eval").body
        if not isinstance(node, ast.Call):
            return Making(_dotted(node))
        keywords = tuple((_given(each.arg), ast.literal_eval(each.value)) for each in node.keywords)
        return Making(_dotted(node.func), True, tuple(map(ast.literal_eval, node.args)), keywords)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise ProjectError(
            N_("“{text}” does not say what makes the module"),
            where=where,
            mend=N_("write a name, or call it with plain values: Net(3, depth=2)"),
            text=text,
        ) from error


def check_modules(modules: Iterable[PythonModule], *, where: str = "project") -> None:
    """Raise `ProjectError`, or `WrongValueError`, for modules that cannot be blocks: with bad or
    double names, or what cannot be read.
    """
    seen: set[str] = set()
    for i, module in enumerate(modules):
        place = f"{where} $.modules[{i}]"
        if not _is_name(module.name) or module.name in OF_CLASSES:
            raise ProjectError(
                N_("“{name}” cannot name a block"),
                where=f"{place}.name",
                mend=N_("use letters, digits and _, and no Python keyword"),
                name=module.name,
            )
        if module.name in seen:
            raise ProjectError(
                N_("two modules are called “{name}”"),
                where=f"{place}.name",
                mend=N_("give one of them another name"),
                name=module.name,
            )
        seen.add(module.name)
        if not module.is_file and not all(map(_is_name, module.file.split("."))):
            raise ProjectError(
                N_("“{name}” is neither a Python file nor a module"),
                where=f"{place}.file",
                mend=N_("write one like model.py, or torchvision.models.resnet"),
                name=module.file,
            )
        making_of(module.make, where=f"{place}.make")
        outputs = names_of(results_of(module.outputs, where=f"{place}.outputs"))
        _check_ports(module.inputs, outputs, f"{place}.inputs")


def _check_ports(inputs: tuple[str, ...], outputs: tuple[str, ...], where: str) -> None:
    bad = next((name for name in (*inputs, *outputs) if not _is_name(name)), None)
    bad = bad or next((name for name in inputs if inputs.count(name) > 1), None)
    if bad is not None or not inputs:
        raise ProjectError(
            N_("“{name}” cannot name an input or output"),
            where=where,
            mend=N_("name the arguments of forward that are tensors, each once"),
            name=bad or "",
        )


def _dotted(node: ast.expr) -> tuple[str, ...]:
    if isinstance(node, ast.Attribute):
        return (*_dotted(node.value), node.attr)
    if isinstance(node, ast.Name):
        return (node.id,)
    raise ValueError


def _given(name: str | None) -> str:
    if name is None:
        raise ValueError
    return name


def _is_name(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("__")
