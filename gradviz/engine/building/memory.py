"""Whether a model fits into this machine's memory, told before any of it is taken.

An operating system may promise memory that it does not have, and end the program when it is used.
"""

from __future__ import annotations

import psutil

from gradviz.engine.building.misfits import text
from gradviz.engine.building.shapes import Shapes
from gradviz.errors import BuildError
from gradviz.i18n import N_

GIB = 2**30


def check_memory(shapes: Shapes) -> None:
    """Raise `BuildError` for a model whose parameters, gradients and buffers are more than the
    machine's memory; it names the block that has most of them.
    """
    blocks = {path: taken for path, taken in shapes.taken.items() if "." not in path}
    needed, there = sum(blocks.values()), psutil.virtual_memory().total
    if needed > there:
        count = sum(each for path, each in shapes.parameters.items() if "." not in path)
        raise BuildError(
            N_("the model needs {needed} GiB: {count} numbers to learn, their gradients, buffers"),
            block=max(blocks, key=lambda path: blocks[path]),
            mend=N_("make its sizes smaller; this machine has {there} GiB"),
            count=f"{count:,}",
            needed=f"{needed / GIB:,.1f}",
            there=f"{there / GIB:,.1f}",
        )


def check_batch(shapes: Shapes, batch_size: int) -> None:
    """Raise `BuildError` for a model in which a single tensor, of a batch of that size, is larger
    than the machine's memory.
    """
    there = psutil.virtual_memory().total
    for path, largest in shapes.largest.items():
        needed = largest * batch_size if _batched(shapes, path) else largest
        if needed > there:
            raise BuildError(
                N_("what comes out here needs {needed} GiB: {shape}, in batches of {size}"),
                block=path,
                mend=N_("make its sizes smaller; this machine has {there} GiB"),
                shape=", ".join(map(text, shapes.outputs[path])),
                size=batch_size,
                needed=f"{needed / GIB:,.1f}",
                there=f"{there / GIB:,.1f}",
            )


def _batched(shapes: Shapes, path: str) -> bool:
    return any(isinstance(size, str) for shape in shapes.outputs[path] for size in shape)
