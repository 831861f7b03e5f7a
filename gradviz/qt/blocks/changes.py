"""What the form does to the model: changes, as `Edits` has those of the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradviz.qt.blocks.edits import Change
from gradviz.spec.model import Block, Choice, Model, Setting

if TYPE_CHECKING:
    from gradviz.editing.edited import Edited
    from gradviz.engine.building.repairs import Repair


class Changes:
    """Changes of blocks in the composite ``within``, or in the model, and of that composite."""

    def __init__(self, within: str) -> None:
        self._within = within

    def rename(self, old: str, new: str) -> Change:
        """Another name for a block."""
        return self._edit("rename", old, new.strip())

    def set(self, name: str, setting: str, value: Setting) -> Change:
        """A setting."""
        return self._edit("set_setting", name, setting, value)

    def reset(self, name: str, setting: str) -> Change:
        """A setting to its default."""
        return self._edit("reset_setting", name, setting)

    def set_block(self, name: str, key: str, value: Setting) -> Change:
        """How often it is repeated, whether it is frozen, and so on."""
        return self._edit("set_block", name, **{key: value})

    def init(
        self,
        block: Block,
        parameter: str,
        kind: str,
        settings: dict[str, Setting] | None = None,
    ) -> Change:
        """How a parameter begins; empty for torch's own way."""
        known = {name: each for name, each in block.init.items() if name != parameter}
        if kind:
            known[parameter] = Choice(kind, starting_init(kind) if settings is None else settings)
        return self._edit("set_block", block.name, init=known)

    def share(self, name: str, original: str) -> Change:
        """One more call of another block's module; empty for a module of its own."""
        return self._edit("share", name, original)

    def tie(self, name: str, parameter: str, target: str) -> Change:
        """A parameter that is another block's; empty for one of its own."""
        return self._edit("tie", name, parameter, target.strip())

    def parameter(self, name: str, value: Setting) -> Change:
        """A parameter of the composite, with its default."""
        return self._of_composite("set_parameter", name, value)

    def drop_parameter(self, name: str) -> Change:
        """A parameter of the composite away."""
        return self._of_composite("remove_parameter", name)

    def record(self, *, grad: bool) -> Change:
        """Whether what is in the composite is recorded for backward."""
        return self._of_composite("set_composite", grad=grad)

    def rename_composite(self, new: str) -> Change:
        """Another name for the composite."""
        return self._of_composite("rename_composite", new.strip())

    def note(self, text: str) -> Change:
        """What the composite is for."""
        return self._of_composite("set_composite", note=text)

    def mend(self, repair: Repair, name: str) -> Change:
        """A repair, as it was tried."""

        def change(_model: Model) -> Edited:
            from gradviz.editing.edited import Edited

            return Edited(repair.model, (name,))

        return change

    def _edit(self, function: str, *args: object, **more: Any) -> Change:
        within = self._within

        def change(model: Model) -> Edited:
            from gradviz import editing

            edited: Edited = getattr(editing, function)(model, *args, within=within, **more)
            return edited

        return change

    def _of_composite(self, function: str, *args: object, **more: Any) -> Change:
        within = self._within

        def change(model: Model) -> Edited:
            from gradviz import editing

            edited: Edited = getattr(editing, function)(model, within, *args, **more)
            return edited

        return change


def starting_init(kind: str) -> dict[str, Setting]:
    """What an initialisation without defaults begins with."""
    return {"val": 0.0} if kind == "constant_" else {}
