"""Models at random: of all blocks of the catalogue, composites, repetitions, several ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import torch
from hypothesis import strategies as st
from torch import Tensor

from gradviz import editing
from gradviz.blocks.catalogue import BLOCKS
from gradviz.engine.building.plan import Planner
from gradviz.engine.building.shapes import infer
from gradviz.errors import GradvizError
from gradviz.spec.model import Block, Model

Draw: TypeAlias = "Callable[[st.SearchStrategy[Any]], Any]"
BATCH = 3
SAMPLES = ([4], [3, 4], [2, 8], [8, 6, 6], [2, 4, 4, 4])
KINDS = sorted(kind.name for kind in BLOCKS if kind.group != "ends" and kind.name != "View")
"""View has the batch in its shape."""
KEPT = ("Input", "Output")


@st.composite
def models(draw: Draw) -> Model:
    """A model without a problem, as it is stacked by the functions of `gradviz.editing`. All that
    is drawn and does not fit is left out again.
    """
    model = Model(())
    for _ in range(draw(st.integers(1, 2))):
        settings = {"shape": draw(st.sampled_from(SAMPLES))}
        if draw(st.integers(0, 4)) == 0:
            settings["dtype"] = "int64"
        model = editing.add(model, "Input", settings=settings).model
    for _ in range(draw(st.integers(1, 7))):
        model = _stacked(draw, model)
    for _ in range(draw(st.integers(0, 2))):
        model = _grouped(draw, model)
    for _ in range(draw(st.integers(0, 3))):
        model = _set(draw, model)
    for source in draw(st.lists(st.sampled_from(_sources(model)), min_size=1, max_size=3)):
        ended = editing.add(model, "Output")
        model = editing.connect(ended.model, source, ended.names[0]).model
    return model


def batch_of(model: Model) -> list[Tensor]:
    """A batch that a model may be fed with."""
    generator = torch.Generator().manual_seed(1)
    found = []
    for block in model.blocks:
        if block.kind == "Input":
            settings: Any = block.settings
            size = (BATCH, *settings["shape"])
            whole = settings.get("dtype") == "int64"
            found.append(
                torch.randint(2, size, generator=generator)
                if whole
                else torch.randn(size, generator=generator)
            )
    return found


def inner_blocks(model: Model) -> list[Block]:
    """The blocks that are no ends."""
    return [block for block in model.blocks if block.kind not in KEPT]


def _stacked(draw: Draw, model: Model) -> Model:
    """One block more, behind those that are there."""
    sources = _sources(model)
    added = editing.add(model, draw(st.sampled_from(KINDS)))
    name = added.names[0]
    planner = Planner(added.model)
    block = next(each for each in added.model.blocks if each.name == name)
    ports = planner.ports(planner.kind(block, where=name))
    targets = [f"{name}.{port}" for port in (("a", "b") if ports.variadic else ports.inputs)]
    changed = added.model
    for target in targets:
        changed = editing.connect(changed, draw(st.sampled_from(sources)), target).model
    return _if_it_fits(editing.fitted(changed, name), model)


def _grouped(draw: Draw, model: Model) -> Model:
    """Some blocks made one."""
    names = [block.name for block in inner_blocks(model)]
    if not names:
        return model
    first = draw(st.integers(0, len(names) - 1))
    count = draw(st.integers(1, 4))
    try:
        return _if_it_fits(editing.group(model, names[first : first + count]).model, model)
    except GradvizError:
        return model


def _set(draw: Draw, model: Model) -> Model:
    """A block that is repeated, frozen, or of another type."""
    names = [block.name for block in inner_blocks(model)]
    if not names:
        return model
    changes: dict[str, Any] = draw(
        st.sampled_from(
            [{"repeat": 2}, {"repeat": 3, "shared": True}, {"frozen": True}, {"dtype": "float64"}]
        )
    )
    try:
        changed = editing.set_block(model, draw(st.sampled_from(names)), **changes).model
    except GradvizError:
        return model
    return _if_it_fits(changed, model)


def _if_it_fits(changed: Model, before: Model) -> Model:
    return before if infer(changed).problems else changed


def _sources(model: Model) -> list[str]:
    """All outputs in a model, as wires name them."""
    planner = Planner(model)
    found = []
    for block in model.blocks:
        if block.kind != "Output":
            ports = planner.ports(planner.kind(block, where=block.name))
            found += [f"{block.name}.{port}" for port in ports.outputs]
    return found
