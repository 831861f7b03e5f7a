"""Building a model: each function takes a model and gives the one after a change, as `Edited`.

``within`` is the name of the composite that is edited; empty, it is the model itself. The model
before is untouched, also where one of these functions raises a `GradvizError`.
"""

from gradviz.editing.adding import add, insert, insert_block
from gradviz.editing.borrowing import borrowed
from gradviz.editing.clipboard import copy, duplicate, paste
from gradviz.editing.edited import Edited
from gradviz.editing.fitting import fitted
from gradviz.editing.grouping import group
from gradviz.editing.known import knowing
from gradviz.editing.naming import rename, rename_composite
from gradviz.editing.parameters import (
    remove_parameter,
    rename_parameter,
    set_composite,
    set_parameter,
)
from gradviz.editing.placing import align, distribute, move
from gradviz.editing.removing import bypass, remove, remove_composite
from gradviz.editing.replacing import replace
from gradviz.editing.settings import reset_setting, set_block, set_setting
from gradviz.editing.sharing import share, tie
from gradviz.editing.ungrouping import ungroup
from gradviz.editing.wiring import connect, disconnect

__all__ = [
    "Edited",
    "add",
    "align",
    "borrowed",
    "bypass",
    "connect",
    "copy",
    "disconnect",
    "distribute",
    "duplicate",
    "fitted",
    "group",
    "insert",
    "insert_block",
    "knowing",
    "move",
    "paste",
    "remove",
    "remove_composite",
    "remove_parameter",
    "rename",
    "rename_composite",
    "rename_parameter",
    "replace",
    "reset_setting",
    "set_block",
    "set_composite",
    "set_parameter",
    "set_setting",
    "share",
    "tie",
    "ungroup",
]
