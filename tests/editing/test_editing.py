"""What a user does to a model: each change gives a model that holds, and leaves the old one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

import gradviz
from gradviz import editing
from gradviz.engine.building.shapes import infer, infer_shapes
from gradviz.errors import GradvizError
from gradviz.resources import assets
from gradviz.spec.check import check_model
from gradviz.spec.model import Block, Choice, Composite, Model, Wire


def chain(*kinds: str) -> Model:
    """Blocks in a row between an input of 8 numbers and an output."""
    model = Model(())
    model = editing.add(model, "Input", settings={"shape": [8]}).model
    before = "x"
    for kind in (*kinds, "Output"):
        edited = editing.add(model, kind)
        model = editing.connect(edited.model, before, edited.names[0]).model
        before = edited.names[0]
    return model


def names(model: Model) -> list[str]:
    return [block.name for block in model.blocks]


def wires(model: Model) -> set[tuple[str, str]]:
    return {(wire.source, wire.target) for wire in model.wires}


def example(name: str) -> Model:
    return gradviz.load(assets() / "examples" / f"{name}.gradviz").model


def test_a_model_is_stacked_from_nothing() -> None:
    model = chain("Linear", "ReLU", "Linear")
    assert names(model) == ["x", "fc1", "relu1", "fc2", "y"]
    assert infer_shapes(model)["fc2"] == ("N", 8)


def test_a_block_on_a_wire_lies_between() -> None:
    model = chain("Linear")
    edited = editing.insert(model, Wire("x", "fc1"), "LayerNorm")
    assert edited.names == ("norm1",)
    assert wires(edited.model) == {("x", "norm1"), ("norm1", "fc1"), ("fc1", "y")}
    assert wires(model) == {("x", "fc1"), ("fc1", "y")}


def test_a_block_that_is_there_goes_on_a_wire() -> None:
    model = editing.add(chain("Linear"), "Tanh").model
    edited = editing.insert_block(model, Wire("fc1", "y"), "tanh1")
    assert wires(edited.model) == {("x", "fc1"), ("fc1", "tanh1"), ("tanh1", "y")}


def test_an_input_takes_the_latest_wire() -> None:
    model = editing.add(chain("Linear"), "Tanh").model
    model = editing.connect(model, "x", "tanh1").model
    model = editing.connect(model, "tanh1", "y").model
    assert wires(model) == {("x", "fc1"), ("x", "tanh1"), ("tanh1", "y")}


def test_any_number_of_tensors_can_be_joined() -> None:
    model = editing.add(chain("Linear", "Tanh"), "Concat", settings={"dim": 1}).model
    for source in ("fc1", "tanh1", "x"):
        model = editing.connect(model, source, "concat1").model
    model = editing.connect(model, "concat1", "y").model
    assert infer_shapes(model)["concat1"] == ("N", 24)


def test_taking_a_block_out_closes_the_gap() -> None:
    model = chain("Linear", "ReLU", "Linear")
    assert wires(editing.bypass(model, ["relu1"]).model) >= {("fc1", "fc2")}
    gone = editing.remove(model, ["relu1"]).model
    assert wires(gone) == {("x", "fc1"), ("fc2", "y")}


def test_another_kind_keeps_wires_and_settings() -> None:
    model = editing.set_setting(chain("Linear"), "fc1", "out_features", 3).model
    edited = editing.replace(model, "fc1", "MyLinear")
    assert edited.model.blocks[1].settings == model.blocks[1].settings
    replaced = editing.replace(example("lenet5"), "pool1", "MaxPool2d").model
    assert wires(replaced) == wires(example("lenet5"))


@pytest.mark.parametrize("name", ["resnet18", "unet", "gpt", "lstm_tagger", "vit"])
def test_a_copy_of_all_is_all_once_more(name: str) -> None:
    model = example(name)
    edited = editing.duplicate(model, names(model))
    assert len(edited.model.blocks) == 2 * len(model.blocks)
    assert len(edited.model.wires) == 2 * len(model.wires)
    assert edited.model.composites == model.composites
    check_model(edited.model)
    pasted = editing.paste(chain(), editing.copy(model, names(model))).model
    before, after = infer(model), infer(pasted)
    assert sum(
        before.parameters[block.name] for block in model.blocks if block.name in before.parameters
    ) == sum(
        after.parameters[block.name] for block in pasted.blocks if block.name in after.parameters
    )


def test_a_clip_of_another_composite_of_that_name_comes_under_another_one() -> None:
    model = editing.group(chain("Linear", "ReLU"), ["fc1", "relu1"], name="Part").model
    other = editing.group(chain("Linear", "Tanh"), ["fc1", "tanh1"], name="Part").model
    pasted = editing.paste(other, editing.copy(model, ["part1"])).model
    assert [each.name for each in pasted.composites] == ["Part", "Part2"]


def test_a_clip_that_is_none_is_refused() -> None:
    for text in ("", "{}", "[1]", '{"type": "blocks", "blocks": 3}', "\ud800", "[" * 10_000):
        with pytest.raises(GradvizError):
            editing.paste(chain(), text)


def outputs(model: Model, state: dict[str, torch.Tensor] | None, shape: tuple[int, ...]):  # type: ignore[no-untyped-def]
    project = gradviz.load(assets() / "examples" / "lenet5.gradviz")
    from msgspec.structs import replace

    built = gradviz.build(replace(project, model=model))
    if state is not None:
        for mine, theirs in zip(built.parameters(), state.values(), strict=True):
            mine.data.copy_(theirs)
    torch.manual_seed(0)
    built.eval()
    return built, built(torch.randn(shape))


def test_a_group_computes_the_same_and_comes_apart_again() -> None:
    model = example("lenet5")
    inner = [name for name in names(model) if name not in ("x", "y", "image", "scores")]
    some = [block.name for block in model.blocks if block.kind not in ("Input", "Output")][2:5]
    assert set(some) <= set(inner)
    edited = editing.group(model, some, name="Middle")
    one, expected = outputs(model, None, (2, 1, 28, 28))
    state = dict(one.named_parameters())
    _, got = outputs(edited.model, state, (2, 1, 28, 28))
    assert torch.equal(got, expected)
    assert editing.ungroup(edited.model, edited.names[0]).model == model


def diamond() -> Model:
    """Two ways from one block to another."""
    model = chain("Linear", "ReLU", "Linear")
    model = editing.add(model, "Add").model
    model = editing.connect(model, "fc1", "add1.a").model
    model = editing.connect(model, "fc2", "add1.b").model
    return editing.connect(model, "add1", "y").model


@pytest.mark.parametrize(
    "chosen", [["fc1", "relu1"], ["relu1", "fc2"], ["fc2", "add1"], ["fc1", "relu1", "fc2"]]
)
def test_a_group_has_a_port_for_each_tensor_that_crosses_its_border(chosen: list[str]) -> None:
    model = diamond()
    edited = editing.group(model, chosen)
    one, expected = outputs(model, None, (2, 8))
    _, got = outputs(edited.model, dict(one.named_parameters()), (2, 8))
    assert torch.equal(got, expected)
    back = editing.ungroup(edited.model, edited.names[0]).model
    assert {block.name for block in back.blocks} == set(names(model))
    assert wires(back) == wires(model)
    assert back.composites == ()


def test_what_lies_between_must_be_in_the_group() -> None:
    with pytest.raises(GradvizError, match="relu1"):
        editing.group(chain("Linear", "ReLU", "Linear"), ["fc1", "fc2"])


def test_settings_of_a_group_become_its_blocks() -> None:
    inner = chain("Linear")
    blocks = tuple(
        Block("fc1", "Linear", {"in_features": "=inputs", "out_features": "=inputs * k"})
        if block.name == "fc1"
        else block
        for block in inner.blocks
    )
    part = Composite(
        name="Part", parameters={"inputs": 4, "k": "=inputs"}, blocks=blocks, wires=inner.wires
    )
    model = Model(
        (
            Block("x", "Input", {"shape": [8]}),
            Block(
                "part", "Part", {"inputs": 8}, init={"fc1.weight": Choice("zeros_")}, frozen=True
            ),
            Block("y", "Output"),
        ),
        (Wire("x", "part"), Wire("part", "y")),
        (part,),
    )
    block = editing.ungroup(model, "part").model.blocks[1]
    assert block == Block(
        "fc1",
        "Linear",
        {"in_features": 8, "out_features": "=8 * 8"}
        | {"out_features": block.settings["out_features"]},
        init={"weight": Choice("zeros_")},
        frozen=True,
    )
    assert infer_shapes(editing.ungroup(model, "part").model)["fc1"] == ("N", 64)


def test_a_block_in_a_group_is_renamed_with_all_that_leads_to_it() -> None:
    model = editing.group(chain("Linear", "ReLU"), ["fc1", "relu1"], name="Part").model
    model = editing.set_block(model, "part1", init={"fc1.weight": Choice("zeros_")}).model
    renamed = editing.rename(model, "fc1", "dense", within="Part").model
    assert renamed.blocks[1].init == {"dense.weight": Choice("zeros_")}
    port = editing.rename(model, "x", "signal", within="Part").model
    assert infer(port).problems == ()
    again = editing.rename_composite(port, "Part", "Other").model
    assert again.blocks[1].kind == "Other"


def test_a_parameter_of_a_composite_is_renamed_in_its_formulas() -> None:
    model = example("resnet18")
    renamed = editing.rename_parameter(model, "Stage", "channels", "width").model
    assert infer(renamed) == infer(model)
    assert "channels" not in next(c for c in renamed.composites if c.name == "Stage").parameters


def test_blocks_are_put_in_line() -> None:
    model = chain("Linear", "ReLU", "Tanh")
    places = {"fc1": (0.0, 0.0), "relu1": (7.0, 10.0), "tanh1": (2.0, 50.0)}
    model = editing.move(model, places).model
    lined = editing.align(model, places, "left").model
    assert [block.position for block in lined.blocks[1:4]] == [(0, 0), (0, 10), (0, 50)]
    spread = editing.distribute(lined, places, "down").model
    assert spread.blocks[2].position == (0, 25)


REFUSED: dict[str, Callable[[Model], object]] = {
    "a circle": lambda model: editing.connect(model, "fc1", "fc1"),
    "a longer circle": lambda model: editing.connect(model, "relu1", "fc1"),
    "no such output": lambda model: editing.connect(model, "fc1.h", "y"),
    "no such input": lambda model: editing.connect(model, "x", "fc1.q"),
    "no such block": lambda model: editing.connect(model, "x", "nobody"),
    "no such kind": lambda model: editing.add(model, "Nothing"),
    "no such wire": lambda model: editing.disconnect(model, [Wire("x", "y")]),
    "no such composite": lambda model: editing.add(model, "ReLU", within="Nowhere"),
    "a name twice": lambda model: editing.rename(model, "fc1", "relu1"),
    "a keyword": lambda model: editing.rename(model, "fc1", "class"),
    "no identifier": lambda model: editing.rename(model, "fc1", "a b"),
    "a name of nn.Module": lambda model: editing.rename(model, "fc1", "forward"),
    "a wrong type": lambda model: editing.set_setting(model, "fc1", "out_features", "many"),
    "a size of zero": lambda model: editing.set_setting(model, "fc1", "out_features", 0),
    "no such setting": lambda model: editing.set_setting(model, "fc1", "colour", 1),
    "a name that is not there": lambda model: editing.set_setting(
        model, "fc1", "out_features", "=width"
    ),
    "nowhere": lambda model: editing.move(model, {"fc1": (float("nan"), 0.0)}),
    "nothing to group": lambda model: editing.group(model, ["x"]),
    "a composite's name twice": lambda model: editing.group(model, ["fc1"], name="ReLU"),
    "no composite": lambda model: editing.ungroup(model, "fc1"),
    "nothing goes through": lambda model: editing.insert(model, Wire("x", "fc1"), "Input"),
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_in_words(change: Callable[[Model], object]) -> None:
    model = chain("Linear", "ReLU")
    with pytest.raises(GradvizError) as refusal:
        change(model)
    assert str(refusal.value)
    assert model == chain("Linear", "ReLU")


def test_a_composite_is_not_put_into_itself() -> None:
    model = editing.group(chain("Linear", "ReLU"), ["fc1", "relu1"], name="Part").model
    with pytest.raises(GradvizError, match="Part"):
        editing.add(model, "Part", within="Part")


def test_a_repeated_block_is_not_taken_apart() -> None:
    model = editing.group(chain("Linear", "ReLU"), ["fc1", "relu1"], name="Part").model
    model = editing.set_block(model, "part1", repeat=3).model
    with pytest.raises(GradvizError, match="repeat"):
        editing.ungroup(model, "part1")


def test_what_becomes_an_output_hands_nothing_on() -> None:
    model = editing.replace(chain("Linear", "ReLU"), "fc1", "Output").model
    assert wires(model) == {("x", "y2"), ("relu1", "y")}


def test_a_group_has_the_name_of_its_composite() -> None:
    edited = editing.group(chain("Linear", "ReLU"), ["fc1", "relu1"])
    assert edited.names == ("block1",)
    assert edited.model.composites[0].name == "Block1"
