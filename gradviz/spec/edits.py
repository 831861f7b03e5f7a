"""Edits: rules that change gradients, parameters, settings or inputs while an iteration runs."""

from __future__ import annotations

import math
from typing import Any, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import force_setattr

from gradviz.errors import WrongValueError
from gradviz.i18n import N_
from gradviz.spec.hookcode import of_gradient
from gradviz.spec.places import Place, parse
from gradviz.spec.scopecode import Standing
from gradviz.spec.valuecode import of_value

What: TypeAlias = Literal[
    "zero", "scale", "clip_value", "clip_norm", "noise", "sign", "replace", "function"
]
Via: TypeAlias = Literal["tensor", "post_accumulate", "module", "module_pre", "node", "node_pre"]

WHATS: tuple[str, ...] = What.__args__  # type: ignore[attr-defined]
_NUMBER = ("scale", "clip_value", "clip_norm", "noise")


class _Change(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``where`` it is, ``what`` is done with it, by how much, and in which iterations.

    ``what``: ``zero``; ``scale`` by a number; ``clip_value`` to ±number; ``clip_norm`` to a
    Euclidean norm, as ``clip_grad_norm_`` does; ``noise``, normal with this standard deviation, the
    same each time (``seed``); ``sign``; ``replace`` by a number, a tensor or nested lists that
    broadcast to the shape, where a None keeps the cell as it was; ``function``, one of a Python
    file that was trusted (``hooks.py:halve``), which takes the tensor and gives another one, or
    None to leave it as it is. ``digest`` is then that of the file which the rule was made with.

    It holds from iteration ``first`` to ``last``; None is from now on, and for ever. One that is
    ``off`` is kept, and changes nothing. Raises `UsageError` for a value that does not fit.
    """

    where: str
    what: What
    value: Any = None
    via: Via | None = None
    slot: int = 0
    seed: int = 0
    first: int | None = None
    last: int | None = None
    digest: str = ""
    off: bool = False

    def __post_init__(self) -> None:
        if hasattr(self.value, "tolist"):
            force_setattr(self, "value", self.value.tolist())
        if self.what not in WHATS:
            self._wrong(
                N_("there is no change “{change}”"),
                N_("take one of: {known}"),
                known=", ".join(WHATS),
            )
        if self.what in _NUMBER and not _finite(self.value):
            self._wrong(
                N_("“{change}” needs a number, and got {value}"), N_("give a finite number")
            )
        if self.what.startswith("clip") and self.value < 0:
            self._wrong(
                N_("“{change}” needs a bound of 0 or more, and got {value}"),
                N_("leave the sign away"),
            )
        if self.what == "replace" and not _numbers(self.value):
            self._wrong(
                N_("“{change}” needs the values to put there"),
                N_("give a number, or nested lists of numbers"),
            )
        if self.what == "function" and not _names_function(self.value):
            self._wrong(
                N_("“{change}” needs a function of a Python file, and got {value}"),
                N_("write the file and the function: hooks.py:halve"),
            )
        if self.first is not None and self.last is not None and self.first > self.last:
            self._wrong(
                N_("iterations {first} to {last} are none"),
                N_("let the first come before the last"),
            )

    def holds(self, iteration: int) -> bool:
        """Whether the rule applies in this iteration."""
        began = (self.first or 0) <= iteration
        return not self.off and began and (self.last is None or iteration <= self.last)

    def _wrong(self, what: str, mend: str, **fields: object) -> None:
        facts = {"change": self.what, "value": self.value, "first": self.first, "last": self.last}
        raise WrongValueError(what, where=self.where, mend=mend, **facts, **fields)


class GradEdit(_Change, frozen=True, tag=True):
    """Change a gradient with a real PyTorch hook.

    ``where`` is a parameter (``fc1.weight``), a module (``fc1``), what a module gave back
    (``fc1.output``, or ``lstm.output[1]`` of several), an autograd node (``fc1/AddmmBackward0``),
    or one of the edges on which gradients leave it (``fc1/AddmmBackward0[2]``, by its place in
    ``next_functions``).

    A node is named by the module in whose call it was made, or by none (``/MseLossBackward0``): it
    is then sought in the whole graph. Where that fits several, numbers tell which, in the order of
    forward: ``relu#2/ReluBackward0`` is of the second call of ``relu``, ``block/AddBackward0#2``
    the second of that name in ``block``.
    `gradviz.engine.edits.gradplaces.place_of` gives the name of any node.

    ``via`` says which hook, for they differ:

    - ``tensor``: ``Tensor.register_hook``, before a parameter accumulates (its default), or on the
      output of a module;
    - ``post_accumulate``: on the sum in a parameter's ``.grad``, after accumulation;
    - ``module``: a full backward hook, on the gradient of input ``slot``, which changes what flows
      upstream and not the module's own parameters (the default of a module);
    - ``module_pre``: a full backward pre-hook, on the gradient of output ``slot``: changes both;
    - ``node``: ``Node.register_hook``, on what leaves by edge ``slot`` (the default of an edge);
    - ``node_pre``: ``Node.register_prehook``, on what arrives at output ``slot`` (the default of a
      node).
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        named = parse(self.where).slot
        if named is not None and self.slot not in (0, named):
            self._wrong(
                N_("the place says slot {named}, and the edit slot {slot}"),
                N_("leave one of them out"),
                named=named,
                slot=self.slot,
            )
        force_setattr(self, "slot", self.slot if named is None else named)

    @property
    def place(self) -> Place:
        """``where``, taken apart."""
        return parse(self.where)

    def as_code(self) -> str:
        """PyTorch lines that do the same to ``model`` without gradviz, in the same iterations.

        The first one says where they stand: before the loop, at the start of each iteration (of
        number ``iteration``, from 0), or just before ``loss.backward()``.
        """
        return str(self.standing())

    def standing(self) -> Standing:
        """The same, apart from where it stands and what it imports."""
        return of_gradient(self)


class ValueEdit(_Change, frozen=True, tag=True):
    """Change a value before an iteration begins.

    ``where`` is a parameter (``fc1.weight``), a setting of the optimizer (``optimizer.lr``, or
    ``optimizer[1].lr`` of one group), or a tensor of the batch by its name there (``input``,
    ``input.1``, ``target``).

    A parameter is changed once, unless ``first`` or ``last`` say in which iterations it is changed
    each time. A setting is changed in iteration ``first`` and put back after ``last``.
    """

    def as_code(self) -> str:
        """PyTorch lines that do the same without gradviz, at the start of each iteration, which has
        ``model``, ``optimizer``, the batch as ``input`` and ``target``, and its number
        ``iteration``.
        """
        return str(self.standing())

    def standing(self) -> Standing:
        """The same, apart from where it stands and what it imports."""
        return of_value(self)


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _numbers(value: object) -> bool:
    """Whether it is a number, or nested lists of numbers and None."""
    if isinstance(value, list):
        return all(item is None or _numbers(item) for item in value)
    return isinstance(value, int | float | complex)


def _names_function(value: object) -> bool:
    if not isinstance(value, str):
        return False
    file, _, name = value.rpartition(":")
    return file.endswith(".py") and name.isidentifier()
