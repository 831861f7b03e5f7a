"""Places of an edit: ``fc1.weight``, ``lstm.output[1]``, ``relu#2/ReluBackward0``, ``/Name[0]``."""

from __future__ import annotations

import re

from msgspec import Struct

from gradviz.errors import WrongValueError
from gradviz.i18n import N_

OUTPUT = "output"
"""The last part of a place that is what a module gave back."""

_FORM = re.compile(
    r"(?P<path>[^/\[\]]*)(?:/(?P<node>[^/#\[\]]+)(?:#(?P<number>[1-9]\d*))?)?(?:\[(?P<slot>\d+)\])?"
)
_CALL = re.compile(r"(?P<path>.*)#(?P<call>[1-9]\d*)")


class Place(Struct, frozen=True):
    """A place taken apart.

    ``path`` is that of a parameter or module, ``call`` which call of the module in the iteration,
    ``node`` the name of an autograd node and ``number`` which one of that name, in the order in
    which forward made them; both count from 1, and None is the only one. ``slot`` is the number of
    an edge of the node (its place in ``next_functions``), or of one of several tensors.
    """

    path: str
    call: int | None = None
    node: str = ""
    number: int | None = None
    output: bool = False
    slot: int | None = None

    @property
    def module(self) -> str:
        """The path, if this is not an output but a module of that name."""
        return ".".join(filter(None, (self.path, OUTPUT))) if self.output else self.path

    @property
    def calls(self) -> str:
        """The path of the module's call as a trace has it: ``relu``, ``relu#2``."""
        return f"{self.path}#{self.call}" if self.call and self.call > 1 else self.path


def parse(where: str) -> Place:
    """The parts of a place. Raises `UsageError` for a text of another form."""
    found = _FORM.fullmatch(where) if isinstance(where, str) and where else None
    if found is None:
        raise WrongValueError(
            N_("this names no place for an edit"),
            where=str(where) or '""',
            mend=N_("write one like fc1.weight, fc1, fc1.output, fc1/AddmmBackward0 or /Name#2[0]"),
        )
    path, node = found["path"], found["node"] or ""
    output = not node and (path == OUTPUT or path.endswith(f".{OUTPUT}"))
    if output:
        path = path.removesuffix(OUTPUT).removesuffix(".")
    counted = _CALL.fullmatch(path)
    return Place(
        counted["path"] if counted else path,
        call=int(counted["call"]) if counted else None,
        node=node,
        number=int(found["number"]) if found["number"] else None,
        output=output,
        slot=int(found["slot"]) if found["slot"] else None,
    )
