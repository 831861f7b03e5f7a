"""Blocks that share, as they are edited: what belongs together stays so, or is told apart."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import gradviz
from gradviz import editing
from gradviz.editing.edited import Edited
from gradviz.engine.building.shapes import infer
from gradviz.errors import GradvizError
from gradviz.spec.check import check_model
from gradviz.spec.model import Block, Choice, Model, Wire
from gradviz.spec.project import Project
from tests.engine.test_sharing import WORDS, language_model, project, siamese, wires


def block(model: Model, name: str, within: str = "") -> Block:
    diagrams = {"": model.blocks} | {each.name: each.blocks for each in model.composites}
    return next(each for each in diagrams[within] if each.name == name)


def output(asked: Project, x: torch.Tensor) -> torch.Tensor:
    built = gradviz.build(asked)
    out = built(x)
    assert isinstance(out, torch.Tensor)
    return out


def test_another_name_of_the_original_is_followed() -> None:
    model = editing.rename(siamese(), "left", "encoder").model
    assert block(model, "right").same == "encoder"
    model = editing.rename(language_model(), "tokens", "words_of").model
    assert block(model, "head").tied == {"weight": "words_of.weight"}
    assert infer(model).problems == ()


def test_the_first_that_called_a_module_takes_it_over() -> None:
    model = siamese(settings={"width": 4}, frozen=True)
    model = editing.paste(model, editing.copy(model, ["left", "right"])).model
    model = editing.share(model, "left2", "left").model
    assert [block(model, name).same for name in ("left2", "right2")] == ["left", "left"]
    model = editing.remove(model, ["left"]).model
    first, *others = [each for each in model.blocks if each.kind == "Encoder"]
    assert first == Block("right", "Encoder", {"width": 4}, frozen=True)
    assert [each.same for each in others] == ["right", "right"]


def test_a_tensor_that_was_tied_is_the_first_ones_that_is_left() -> None:
    model = language_model()
    other = replace(block(model, "head"), name="other")
    model = replace(model, blocks=(*model.blocks, other))
    model = editing.remove(model, ["tokens"]).model
    assert block(model, "head").tied == {}
    assert block(model, "other").tied == {"weight": "head.weight"}


def test_a_copy_shares_with_what_was_copied_too() -> None:
    done = editing.duplicate(siamese(settings={"width": 4}), ["left", "right"])
    assert done.names == ("left2", "right2")
    assert block(done.model, "right2").same == "left2"
    done = editing.duplicate(siamese(settings={"width": 4}), ["right"])
    assert block(done.model, "right2") == Block("right2", "Encoder", {"width": 4})
    done = editing.duplicate(language_model(), ["tokens", "head"])
    assert block(done.model, "head2").tied == {"weight": "tokens2.weight"}
    done = editing.duplicate(language_model(), ["head"])
    assert block(done.model, "head2").tied == {}


def test_what_shares_is_grouped_together() -> None:
    with pytest.raises(GradvizError, match="“right” shares its weights with “left”"):
        editing.group(siamese(), ["square", "right"])
    x = torch.rand(8, 4, generator=torch.Generator().manual_seed(1))
    done = editing.group(siamese(), ["left", "square", "right", "sub"], name="Pair")
    assert block(done.model, "right", "Pair").same == "left"
    assert torch.equal(output(project(done.model), x), output(project(siamese()), x))
    back = editing.ungroup(done.model, done.names[0]).model
    assert torch.equal(output(project(back), x), output(project(siamese()), x))
    assert block(back, "right").same == "left"


@pytest.mark.parametrize("names", [["tokens"], ["head"], ["tokens", "act"], ["act", "head"]])
def test_ties_lead_into_groups(names: list[str]) -> None:
    plain = language_model()
    done = editing.group(plain, names, name="Part")
    assert infer(done.model).problems == ()
    assert torch.equal(output(project(done.model), WORDS), output(project(plain), WORDS))
    inside = editing.rename(done.model, names[0], "other", within="Part").model
    assert torch.equal(output(project(inside), WORDS), output(project(plain), WORDS))
    back = editing.ungroup(done.model, done.names[0]).model
    assert block(back, "head").tied == {"weight": "tokens.weight"}
    gone = editing.remove(done.model, [names[0]], within="Part").model
    assert all(not each.tied for each in gone.blocks) or names[0] == "act"


def test_what_is_called_in_two_places_is_not_taken_apart_in_one() -> None:
    for name in ("left", "right"):
        with pytest.raises(GradvizError, match="are one module"):
            editing.ungroup(siamese(), name)
    alone = editing.share(siamese(), "right", "").model
    assert block(editing.ungroup(alone, "left").model, "fc").kind == "Linear"


def test_another_kind_leaves_the_others_what_they_call() -> None:
    model = editing.replace(siamese(settings={"width": 4}), "left", "Tanh").model
    assert block(model, "right") == Block("right", "Encoder", {"width": 4})
    model = editing.replace(siamese(settings={"width": 4}), "right", "Tanh").model
    assert block(model, "right") == Block("right", "Tanh")
    assert block(model, "left").settings == {"width": 4}


def test_a_block_becomes_the_same_as_another_and_its_own_again() -> None:
    model = editing.share(siamese(repeat=2), "right", "").model
    assert block(model, "right") == replace(block(model, "left"), name="right")
    again = editing.share(model, "right", "left")
    assert again.names == ("right",)
    assert block(again.model, "right") == Block("right", "Encoder", same="left")
    third = Block("third", "Encoder", same="right")
    model = editing.share(replace(model, blocks=(*model.blocks, third)), "right", "left").model
    assert block(model, "third").same == "left"
    for other in ("right", "third", "square", "nowhere"):
        with pytest.raises(GradvizError):
            editing.share(again.model, "left", other)


def test_parameters_are_tied_and_untied() -> None:
    model = editing.tie(language_model(), "head", "weight", "").model
    assert infer(model).parameters["head"] == 35
    model = editing.set_block(model, "head", init={"weight": Choice("zeros_")}).model
    model = editing.tie(model, "head", "weight", "tokens.weight").model
    assert block(model, "head").init == {}
    assert model == language_model()
    with pytest.raises(GradvizError, match="there is no block"):
        editing.tie(model, "head", "weight", "nowhere.weight")


def test_settings_of_a_block_that_is_the_same_are_set_in_the_other() -> None:
    with pytest.raises(GradvizError, match="left"):
        editing.set_setting(siamese(), "right", "width", 8)
    with pytest.raises(GradvizError, match="left"):
        editing.set_block(siamese(), "right", frozen=True)


def test_paths_into_a_composite_follow_a_module_that_another_takes_over() -> None:
    model = siamese(init={"fc.weight": Choice("zeros_")})
    inner = model.composites[0]
    again = Block("again", "Linear", same="fc")
    blocks = (*inner.blocks, again, Block("last", "Output"))
    inner = replace(inner, blocks=blocks, wires=(*inner.wires, *wires("act", "again", "last")))
    model = replace(model, composites=(inner,))
    after = editing.remove(model, ["fc"], within="Encoder").model
    assert block(after, "left").init == {"again.weight": Choice("zeros_")}


def started() -> Model:
    """One that has all of it, in a composite too."""
    model = siamese(settings={"width": 4})
    tied = Block("tied", "Encoder", {"width": 4}, tied={"fc.weight": "left.fc.weight"})
    wire = Wire("point", "tied")
    model = replace(model, blocks=(*model.blocks, tied), wires=(*model.wires, wire))
    inner = model.composites[0]
    again = Block("again", "Linear", same="fc")
    bias = Block("other", "Linear", {"in_features": 4, "out_features": 4}, tied={"bias": "fc.bias"})
    blocks = (*inner.blocks[:2], again, bias, *inner.blocks[2:])
    inner = replace(inner, blocks=blocks, wires=wires(*(each.name for each in blocks)))
    return replace(model, composites=(inner,))


CHANGES: tuple[Callable[..., Edited], ...] = (
    lambda model, one, two, within: editing.remove(model, [one], within=within),
    lambda model, one, two, within: editing.remove(model, [one, two], within=within),
    lambda model, one, two, within: editing.bypass(model, [one], within=within),
    lambda model, one, two, within: editing.duplicate(model, [one, two], within=within),
    lambda model, one, two, within: editing.group(model, [one, two], within=within),
    lambda model, one, two, within: editing.group(model, [one], within=within),
    lambda model, one, two, within: editing.ungroup(model, one, within=within),
    lambda model, one, two, within: editing.share(model, one, two, within=within),
    lambda model, one, two, within: editing.share(model, one, "", within=within),
    lambda model, one, two, within: editing.tie(model, one, "bias", f"{two}.bias", within=within),
    lambda model, one, two, within: editing.replace(model, one, "Linear", within=within),
    lambda model, one, two, within: editing.rename(model, one, f"{two}_", within=within),
    lambda model, one, two, within: editing.paste(
        model, editing.copy(model, [one, two], within=within), within=""
    ),
)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.data())
def test_whatever_is_edited_what_is_shared_holds(data: st.DataObject) -> None:
    before = started()
    check_model(before)
    history = [before]
    for _ in range(6):
        model = history[-1]
        diagrams = {"": model.blocks} | {each.name: each.blocks for each in model.composites}
        within = data.draw(st.sampled_from(sorted(diagrams)))
        names = [each.name for each in diagrams[within]]
        if not names:
            continue
        change = data.draw(st.sampled_from(CHANGES))
        one, two = data.draw(st.sampled_from(names)), data.draw(st.sampled_from(names))
        try:
            after = partial(change, model, one, two, within)().model
        except GradvizError:
            continue
        check_model(after)
        infer(after)
        history.append(after)
    assert history[0] == before == started()
