"""Whether a model fits into this machine's memory, told before any of it is taken."""

from __future__ import annotations

import psutil

from gradviz.engine.building.shapes import Shapes
from gradviz.errors import BuildError
from gradviz.i18n import N_

BYTES = 4
"""Of a float32, which is what weights are unless a block says otherwise."""
COPIES = 2
"""Each number that is learned has a gradient."""
GIB = 2**30


def check_memory(shapes: Shapes) -> None:
    """Raise `BuildError` for a model whose parameters and gradients are more than the machine's
    memory; it names the block that has most of them. An operating system may promise memory that it
    does not have, and end the program when it is used.
    """
    blocks = {path: count for path, count in shapes.parameters.items() if "." not in path}
    count = sum(blocks.values())
    needed, there = count * BYTES * COPIES, psutil.virtual_memory().total
    if needed > there:
        raise BuildError(
            N_("the model has {count} numbers to learn: {needed} GiB with their gradients"),
            block=max(blocks, key=lambda path: blocks[path]),
            mend=N_("make its sizes smaller; this machine has {there} GiB"),
            count=f"{count:,}",
            needed=f"{needed / GIB:,.1f}",
            there=f"{there / GIB:,.1f}",
        )
