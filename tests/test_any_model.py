"""Any model: it is built, saved, loaded and exported, gives the same bits each time, and can be
edited and undone to the start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

import gradviz
from gradviz import editing
from gradviz.code.program import to_python
from gradviz.engine.building.blockmodel import flat
from gradviz.engine.building.plan import Planner, check_ends
from gradviz.engine.building.shapes import infer
from gradviz.errors import GradvizError, UsageError
from gradviz.importing.imported import imported
from gradviz.spec.check import check_model
from gradviz.spec.codec import decode, encode
from gradviz.spec.data import Data
from gradviz.spec.history import History
from gradviz.spec.model import Choice, Model
from gradviz.spec.project import Project, Training
from tests.strategies import KINDS, batch_of, models

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # what torch says of odd sizes
SLOW = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def project(model: Model) -> Project:
    training = Training(Choice("MSELoss"), Choice("SGD"))
    return Project(name="net", model=model, data=Data(Choice("Moons")), training=training)


def written(asked: Project) -> nn.Module:
    """The model of the code, from the project's seed."""
    made: dict[str, Any] = {"__name__": "exported"}
    exec(compile(to_python(asked), "exported.py", "exec"), made)
    torch.manual_seed(asked.training.seed)
    model = made["Net"]()
    assert isinstance(model, nn.Module)
    return model


def run(model: nn.Module, asked: Project) -> list[torch.Tensor] | str:
    """What comes out, and the gradients; or what torch says."""
    torch.manual_seed(2)
    try:
        out = list(flat(model(*batch_of(asked.model))))
        learned = [each.double().sum() for each in out if each.requires_grad]
        if learned:
            torch.stack(learned).sum().backward()
    except (RuntimeError, ValueError, IndexError) as error:
        return str(error)
    return [*out, *(each.grad for each in model.parameters() if each.grad is not None)]


def same(one: list[torch.Tensor] | str, other: list[torch.Tensor] | str) -> None:
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
        return
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0, equal_nan=True)


@SLOW
@given(models())
def test_what_is_built_is_what_is_saved_and_exported(model: Model) -> None:
    asked = project(model)
    loaded = decode(encode(asked))
    assert loaded == asked
    built = gradviz.build(asked)
    expected = run(built, asked)
    for again in (gradviz.build(loaded), written(asked)):
        mine, theirs = built.state_dict(), again.state_dict()
        assert list(mine) == list(theirs)
        assert all(mine[name].dtype == theirs[name].dtype for name in mine)
        same(expected, run(again, asked))


@SLOW
@given(models())
def test_what_is_built_is_imported_again_with_the_same_bits(model: Model) -> None:
    asked = project(model)
    try:
        built = gradviz.build(asked)
        built(*batch_of(model))
    except (GradvizError, RuntimeError, ValueError, IndexError):
        return
    try:
        found = imported(built, batch_of(model))
    except UsageError as error:
        if "share" in str(error):  # a parameter that comes out goes into its own module again
            return
        raise
    assert not found.remarks
    again = gradviz.build(found.project)
    again.load_state_dict(dict(found.state))
    same(run(built, asked), run(again, asked))


@SLOW
@given(models(), st.data())
def test_whatever_is_edited_can_be_undone_to_the_start(model: Model, data: st.DataObject) -> None:
    history = History(project(model))
    for _ in range(data.draw(st.integers(1, 8))):
        before = history.present.model
        if not before.blocks:
            break
        try:
            after = data.draw(st.sampled_from(EDITS))(before, data)
        except GradvizError:
            continue
        check_model(after)
        asked = project(after)
        assert decode(encode(asked)) == asked
        history = history.changed(asked)
        if infer(after).problems or not _complete(after):
            continue
        same(run(gradviz.build(asked), asked), run(written(asked), asked))
    while history.past:
        history = history.undone
    assert history.present.model == model


def _complete(model: Model) -> bool:
    try:
        check_ends(Planner(model))
    except GradvizError:
        return False
    return True


def _some(model: Model, data: st.DataObject, *, most: int = 3) -> list[str]:
    names = [block.name for block in model.blocks]
    return data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=most, unique=True))


def _one(model: Model, data: st.DataObject) -> str:
    return _some(model, data, most=1)[0]


def _within(model: Model, data: st.DataObject) -> str:
    return data.draw(st.sampled_from(["", *(each.name for each in model.composites)]))


def _add(model: Model, data: st.DataObject) -> Model:
    kind = data.draw(st.sampled_from([*KINDS, *(each.name for each in model.composites)]))
    return editing.add(model, kind, within=_within(model, data)).model


def _insert(model: Model, data: st.DataObject) -> Model:
    if not model.wires:
        return model
    wire = data.draw(st.sampled_from(model.wires))
    return editing.insert(model, wire, data.draw(st.sampled_from(KINDS))).model


def _setting(model: Model, data: st.DataObject) -> Model:
    settings = {name: block.name for block in model.blocks for name in block.settings}
    if not settings:
        return model
    name = data.draw(st.sampled_from(sorted(settings)))
    value = data.draw(st.sampled_from([1, 2, 4, "=2 * 2", 0, -1, "x", [2, 2], None]))
    return editing.set_setting(model, settings[name], name, value).model


def _block(model: Model, data: st.DataObject) -> Model:
    changes: list[dict[str, Any]] = [
        {"repeat": 2}, {"repeat": "=1 + 1", "shared": True}, {"repeat": 1, "shared": False},
        {"frozen": True}, {"dtype": "float64"}, {"init": {"weight": Choice("ones_")}},
    ]  # fmt: skip
    return editing.set_block(model, _one(model, data), **data.draw(st.sampled_from(changes))).model


def _rename(model: Model, data: st.DataObject) -> Model:
    name = data.draw(st.sampled_from(["new", "x", "out", "part", "_", "F", "self", "class", "é"]))
    return editing.rename(model, _one(model, data), name).model


def _connect(model: Model, data: st.DataObject) -> Model:
    return editing.connect(model, _one(model, data), _one(model, data)).model


def _ungroup(model: Model, data: st.DataObject) -> Model:
    return editing.ungroup(model, _one(model, data)).model


def _replace(model: Model, data: st.DataObject) -> Model:
    return editing.replace(model, _one(model, data), data.draw(st.sampled_from(KINDS))).model


def _move(model: Model, data: st.DataObject) -> Model:
    places = {name: (float(at), 2.5 * at) for at, name in enumerate(_some(model, data))}
    return editing.align(editing.move(model, places).model, places, "left").model


EDITS: list[Callable[[Model, st.DataObject], Model]] = [
    _add,
    _insert,
    _setting,
    _block,
    _rename,
    _connect,
    _ungroup,
    _replace,
    _move,
    lambda model, data: editing.group(model, _some(model, data)).model,
    lambda model, data: editing.remove(model, _some(model, data)).model,
    lambda model, data: editing.bypass(model, _some(model, data)).model,
    lambda model, data: editing.duplicate(model, _some(model, data)).model,
    lambda model, data: editing.paste(model, editing.copy(model, _some(model, data))).model,
    lambda model, data: editing.disconnect(model, model.wires[:1]).model,
]
