"""The project: everything that a user asked for, as frozen data."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from gradviz.spec.breakpoints import Breakpoint
from gradviz.spec.data import Data, Seed
from gradviz.spec.edits import GradEdit, ValueEdit
from gradviz.spec.model import Block, Choice, Model, Size
from gradviz.spec.pythonfiles import files_of, trusted_files
from gradviz.spec.pythonmodule import PythonModule
from gradviz.spec.whatcode import parts

FORMAT = 1
"""The number of the file format that this version writes; it reads this one and older ones."""

LoopStep: TypeAlias = Literal["zero_grad", "forward", "loss", "backward", "step"]
LOOP: tuple[LoopStep, ...] = ("zero_grad", "forward", "loss", "backward", "step")
"""The four-step loop as it should be (forward and loss are one step of the four)."""


Device: TypeAlias = Literal["cpu", "cuda", "mps", "auto"]


class Training(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The loss, the optimizer, and the seed of everything that is random. A ``scheduler`` steps
    after each step of the optimizer.

    ``order`` is what an iteration does; leaving out ``zero_grad``, or a second ``backward``, is how
    one learns what they do. With ``accumulate`` above 1, only every so many iterations call
    ``step`` and, in the next, ``zero_grad``. ``evaluate`` leaves the model in eval mode.

    ``weights`` names a safetensors file with what the model begins with; without one it begins as
    its layers initialise themselves from the seed. It is trained on ``device``; ``auto`` is the
    fastest that the machine has. Another device rounds otherwise, so the bits are those of the
    device.
    """

    loss: Choice
    optimizer: Choice
    scheduler: Choice | None = None
    seed: Seed = 0
    order: tuple[LoopStep, ...] = LOOP
    accumulate: Size = 1
    evaluate: bool = False
    weights: str = ""
    device: Device = "cpu"


class Project(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A model, its data and its training: what a ``*.gradviz`` file holds.

    ``files`` are Python files with blocks, losses, optimizers, schedulers and datasets of the
    user's, and ``modules`` are modules of theirs as they are, each a block. Files are only named:
    one runs when the user has agreed to what is in it. ``edits`` are rules that a session of the
    project begins with, and ``breakpoints`` where its runs stop.
    """

    format: int = FORMAT
    name: str = ""
    note: str = ""
    model: Model
    data: Data
    training: Training
    files: tuple[str, ...] = ()
    modules: tuple[PythonModule, ...] = ()
    edits: tuple[GradEdit | ValueEdit, ...] = ()
    breakpoints: tuple[Breakpoint, ...] = ()

    @property
    def runnable(self) -> Project:
        """What decides what a run of it does: the project without names, notes, places, stops."""
        model = replace(
            self.model,
            blocks=_unplaced(self.model.blocks),
            composites=tuple(
                replace(each, note="", blocks=_unplaced(each.blocks))
                for each in self.model.composites
            ),
        )
        return replace(self, name="", note="", model=model, breakpoints=())

    @property
    def code(self) -> tuple[str, ...]:
        """All Python files whose code runs: those that it names, also for functions of its edits,
        what its modules' files import from beside them, and installed ones. Raises `UsageError` for
        one that is not installed.
        """
        return tuple(dict.fromkeys((*self.carried, *trusted_files(self.modules))))

    @property
    def carried(self) -> tuple[str, ...]:
        """Those of them that its code needs beside it."""
        hooks = (parts(edit.value)[0] for edit in self.edits if edit.what == "function")
        own = (file for each in self.modules if each.is_file for file in files_of(each.file))
        return tuple(dict.fromkeys((*self.files, *hooks, *own)))


def _unplaced(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return tuple(
        block if block.position is None else replace(block, position=None) for block in blocks
    )
