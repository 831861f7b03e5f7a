from __future__ import annotations

import math

import pytest
import torch
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from gradviz.qt.shown import shown, statistics
from gradviz.qt.tensorview import TensorView
from gradviz.render.theme import DARK, LIGHT


@pytest.mark.parametrize(
    "tensor",
    [
        torch.tensor(2.5),
        torch.tensor([1.0, -2.0, math.nan]),
        torch.zeros(3, 4),
        torch.randn(20, 30),
        torch.randn(3, 4, 5),
        torch.randn(2, 3, 4, 5, 6),
        torch.empty(0),
        torch.empty(0, 3),
        torch.empty(3, 0),
        torch.empty(2, 0, 3),
        torch.tensor([True, False]),
        torch.arange(5),
        torch.tensor([1 + 2j, 3 - 1j]),
        torch.randn(4, 4).bfloat16(),
        torch.full((2, 2), math.inf),
        torch.randn(1, 1, 1, 1),
        torch.randn(1000),
    ],
    ids=lambda tensor: f"{tuple(tensor.shape)}-{tensor.dtype}",
)
@pytest.mark.parametrize("width", [90, 180, 400])
def test_any_tensor_can_be_shown(qtbot: QtBot, tensor: torch.Tensor, width: int) -> None:
    view = TensorView(LIGHT)
    qtbot.addWidget(view)
    view.show_tensor(shown("value", lambda: tensor))
    view.resize(width, view.heightForWidth(width))
    view.grab()
    view.recolour(DARK)
    view.grab()
    assert view.accessibleName().startswith("value")


def test_the_number_under_the_mouse_has_all_its_digits(qtbot: QtBot) -> None:
    tensor = torch.tensor([[1 / 3, -2.0], [0.0, 4.0]], dtype=torch.float64)
    view = TensorView(LIGHT)
    qtbot.addWidget(view)
    view.show_tensor(shown("w", lambda: tensor))
    view.resize(300, view.heightForWidth(300))
    view.grab()
    assert view.exact_at(QPoint(10, 40)) == repr(1 / 3)
    assert view.exact_at(QPoint(10, 2)) == ""


def test_none_and_zero_differ(qtbot: QtBot) -> None:
    pictures = []
    for value in (None, torch.zeros(2, 2)):
        told = shown("grad", lambda value=value: value, why="cleared")
        view = TensorView(LIGHT)
        qtbot.addWidget(view)
        view.show_tensor(told)
        view.resize(200, view.heightForWidth(200))
        pictures.append(view.grab().toImage())
        assert told.form == ("none" if value is None else "tensor")
    assert pictures[0] != pictures[1]


def test_statistics_are_those_of_all_elements() -> None:
    tensor = torch.randn(50, 50)
    tensor[0, 0] = 0.0
    told = dict(statistics(shown("x", lambda: tensor)))
    assert told["norm"] == f"{tensor.double().norm().item():.4g}"
    assert told["zeros"] == "1"
    assert told["NaN/Inf"] == "0"
