"""Breakpoints: where a run shall stop, as frozen data."""

from __future__ import annotations

import difflib
import math
from typing import Literal, NoReturn, TypeAlias, TypeGuard

from msgspec import Struct
from msgspec.structs import replace

from gradviz.errors import WrongValueError
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.spec.expression import parse
from gradviz.spec.vocabulary import PHASES

On: TypeAlias = Literal[
    "op", "module", "node", "param", "phase", "line", "iteration", "nonfinite",
    "grad_norm_above", "grad_norm_below", "loss_rises", "expression",
]  # fmt: skip
Need: TypeAlias = Literal["name", "line", "text", "number", "bound", "nothing"]


class Sort(Struct, frozen=True):
    """A sort of breakpoint: what it needs to know, and its name in words."""

    need: Need
    title: str


SORTS: dict[On, Sort] = {
    "op": Sort("name", N_("op {what}")),
    "module": Sort("name", N_("module {what}")),
    "node": Sort("name", N_("autograd node {what}")),
    "param": Sort("name", N_("parameter {what}")),
    "phase": Sort("name", N_("phase {what}")),
    "line": Sort("line", N_("line {what}")),
    "iteration": Sort("number", N_("iteration {what}")),
    "nonfinite": Sort("nothing", N_("a value that is not finite")),
    "grad_norm_above": Sort("bound", N_("a gradient norm above {what}")),
    "grad_norm_below": Sort("bound", N_("a gradient norm below {what}")),
    "loss_rises": Sort("nothing", N_("a loss that rises")),
    "expression": Sort("text", N_("“{what}”")),
}


class Breakpoint(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a run stops: ``on`` is the sort, ``what`` its name or number.

    - ``op``: a torch function runs (``conv2d``); ``node``: an autograd node (``AddmmBackward0``);
    - ``module``: a module (``fc1``), or one below it, is entered, forwards or backwards;
      ``fc1#2`` is its second call only;
    - ``param``: a parameter's gradient or value changes (``fc1.weight``);
    - ``phase``, ``iteration`` (from 0): its first event;
    - ``line``: a line of Python code runs something: ``net.py:12``, the end of the path will do;
    - ``nonfinite``: NaN or infinity comes out of finite values, or is met first in an iteration;
    - ``grad_norm_above``, ``grad_norm_below``: the norm of a parameter's gradient passes a bound;
    - ``loss_rises``: the loss is larger than in the iteration before;
    - ``expression``: a condition is true, see `gradviz.spec.expression`.

    ``when`` is a condition that must be true as well; within a module, a phase or an iteration it
    is the first event for which it is. ``hits`` is how many hits it takes to stop, counted from
    where the run begins. Raises `UsageError` for what does not fit together, and `ExpressionError`.
    """

    on: On
    what: str | int | float | None = None
    when: str = ""
    hits: int = 1
    enabled: bool = True

    def __post_init__(self) -> None:
        if self.on not in SORTS:
            self._unknown(N_("there is no breakpoint on “{word}”"), str(self.on), tuple(SORTS))
        _CHECKS[SORTS[self.on].need](self)
        if self.on == "phase" and self.what not in PHASES:
            self._unknown(N_("there is no phase “{word}”"), str(self.what), PHASES)
        if not _whole(self.hits) or self.hits < 1:
            self._wrong(N_("{hits} hits cannot be counted"), N_("take 1 or more"), hits=self.hits)
        if self.on == "iteration" and self.hits != 1:
            self._wrong(N_("an iteration comes only once"), N_("leave the hits at 1"))
        if self.when != "":
            _check_condition(self, self.when)

    def __str__(self) -> str:
        """The breakpoint in words."""
        text = _(SORTS[self.on].title).format(what=self.what)
        if self.when:
            text = _("{breakpoint}, when “{when}”").format(breakpoint=text, when=self.when)
        if self.hits > 1:
            text = _("{breakpoint}, hit {hits}").format(breakpoint=text, hits=self.hits)
        return text

    def _wrong(self, template: str, mend: str, **fields: object) -> NoReturn:
        raise WrongValueError(template, where=f"breakpoint {self.on}", mend=mend, **fields)

    def _unknown(self, template: str, word: str, known: tuple[str, ...]) -> NoReturn:
        near = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
        mend = N_("take one of: {known}")
        self._wrong(template, mend, word=word, known=", ".join(near or known))


def same_place(one: Breakpoint, other: Breakpoint) -> bool:
    """Whether they are one breakpoint, be it switched on or off."""
    return replace(one, enabled=True) == replace(other, enabled=True)


def _check_name(breakpoint: Breakpoint) -> None:
    got = breakpoint.what
    if not isinstance(got, str) or not got.strip():
        breakpoint._wrong(N_("“{got}” is no name"), N_("give a name, such as fc1"), got=got)


def _check_line(breakpoint: Breakpoint) -> None:
    got = breakpoint.what
    file, _colon, line = got.rpartition(":") if isinstance(got, str) else ("", "", "")
    if not file.strip() or not line.isdecimal() or int(line) < 1:
        breakpoint._wrong(N_("“{got}” is no line of a file"), N_("write: net.py:12"), got=got)


def _check_text(breakpoint: Breakpoint) -> None:
    _check_condition(breakpoint, breakpoint.what)


def _check_condition(breakpoint: Breakpoint, got: object) -> None:
    if not isinstance(got, str):
        breakpoint._wrong(N_("“{got}” is no condition"), N_("write: grad_norm > 100"), got=got)
    parse(got)


def _check_number(breakpoint: Breakpoint) -> None:
    got = breakpoint.what
    if not _whole(got) or got < 0:
        breakpoint._wrong(N_("“{got}” is no iteration"), N_("give a number, from 0"), got=got)


def _check_bound(breakpoint: Breakpoint) -> None:
    got = breakpoint.what
    if not (_whole(got) or isinstance(got, float)) or not 0 <= got < math.inf:
        mend = N_("give a number, 0 or more")
        breakpoint._wrong(N_("“{got}” is no bound for a norm"), mend, got=got)


def _check_nothing(breakpoint: Breakpoint) -> None:
    got = breakpoint.what
    if got is not None:
        breakpoint._wrong(N_("needs nothing more, and got “{got}”"), N_("leave it out"), got=got)


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


_CHECKS = {
    "name": _check_name,
    "line": _check_line,
    "text": _check_text,
    "number": _check_number,
    "bound": _check_bound,
    "nothing": _check_nothing,
}
