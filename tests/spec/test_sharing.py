"""What blocks can share, refused in words with its place where they cannot."""

from __future__ import annotations

import pytest

from gradviz.errors import ProjectError
from gradviz.spec.check import check_model
from gradviz.spec.codec import decode, encode
from gradviz.spec.data import Data
from gradviz.spec.model import Block, Choice, Composite, Model
from gradviz.spec.project import Project, Training

ENTRY = Block("x", "Input", {"shape": [2]})
FIRST = Block("first", "Linear", {"in_features": 2, "out_features": 2})
AGAIN = Block("again", "Linear", same="first")


def tied(**names: str) -> Block:
    return Block("again", "Linear", FIRST.settings, tied=names)


def test_what_can_be_shared_passes_and_is_written() -> None:
    model = Model((ENTRY, FIRST, AGAIN, Block("third", "Linear", tied={"weight": "first.weight"})))
    check_model(model)
    asked = Project(
        model=model,
        data=Data(Choice("Moons")),
        training=Training(Choice("MSELoss"), Choice("SGD")),
    )
    assert decode(encode(asked)) == asked


@pytest.mark.parametrize(
    ("block", "place"),
    [
        (Block("again", "Linear", same="nowhere"), "same"),
        (Block("again", "Linear", same="again"), "same"),
        (Block("again", "ReLU", same="first"), "same"),
        (Block("again", "Input", same="x"), "same"),
        (Block("again", "Linear", same="other"), "same"),
        (Block("again", "Linear", FIRST.settings, same="first"), "settings"),
        (Block("again", "Linear", repeat=2, same="first"), "repeat"),
        (Block("again", "Linear", shared=True, same="first"), "shared"),
        (Block("again", "Linear", init={"weight": Choice("zeros_")}, same="first"), "init"),
        (Block("again", "Linear", frozen=True, same="first"), "frozen"),
        (Block("again", "Linear", dtype="float64", same="first"), "dtype"),
        (Block("again", "Linear", tied={"weight": "first.weight"}, same="first"), "tied"),
        (tied(weight="nowhere.weight"), "tied.weight"),
        (tied(weight="x.weight"), "tied.weight"),
        (tied(weight="again.weight"), "tied.weight"),
        (tied(weight="other.weight"), "tied.weight"),
        (tied(weight="third.weight"), "tied.weight"),
        (tied(weight="first.weight)"), "tied.weight"),
        (tied(**{"a b": "first.weight"}), "tied.a b"),
        (tied(weight=""), "tied.weight"),
        (Block("again", "Input", tied={"weight": "first.weight"}), "tied.weight"),
        (
            Block(
                "again",
                "Linear",
                tied={"weight": "first.weight"},
                init={"weight": Choice("zeros_")},
            ),
            "tied.weight",
        ),
    ],
)
def test_what_cannot_be_shared_is_refused_at_its_place(block: Block, place: str) -> None:
    blocks = (
        ENTRY,
        FIRST,
        block,
        Block("other", "Linear", same="first"),
        Block("third", "Linear", tied={"weight": "first.weight"}),
    )
    with pytest.raises(ProjectError) as refused:
        check_model(Model(blocks))
    assert refused.value.where == f"project $.model.blocks[2].{place}"
    assert refused.value.mend
    part = Composite(name="Part", blocks=blocks)
    with pytest.raises(ProjectError) as refused:
        check_model(Model((ENTRY,), (), (part,)))
    assert refused.value.where == f"project $.model.composites[0].blocks[2].{place}"
