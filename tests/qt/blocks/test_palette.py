"""The palette and its search."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gradviz.qt.blocks.entries import grouped, matching
from gradviz.qt.blocks.palette import MIME
from gradviz.qt.mainwindow import MainWindow
from gradviz.render.blocks.kindcards import GROUPS, catalogue


def names(text: str) -> list[str]:
    order = [kind for _group, entries in grouped(catalogue()) for kind in entries]
    return [kind.name for kind in matching(text, order)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("relu", "ReLU"),
        ("conv", "Conv1d"),
        ("conv2", "Conv2d"),
        ("cv2", "Conv2d"),
        ("bn2", "BatchNorm2d"),
        ("mha", "MultiheadAttention"),
        ("lin", "Linear"),
        ("Max Pool 2d", "MaxPool2d"),
        ("skip", None),
    ],
)
def test_a_few_letters_find_a_block(text: str, first: str | None) -> None:
    found = names(text)
    assert (found[0] if found else None) == first


def test_words_of_what_it_does_find_it_too() -> None:
    assert "Conv2d" in names("filters")
    assert names("zzzz") == []


def test_the_palette_offers_everything_in_groups(window: MainWindow) -> None:
    palette = window.builder.palette
    assert set(palette.entries()) == set(catalogue())
    tops = [top.text(0) for top in palette.list.tops()]
    assert tops == [
        GROUPS[group] for group in GROUPS if group not in ("composites", "own", "library")
    ]


def test_typing_filters_and_enter_takes_the_first(window: MainWindow) -> None:
    palette = window.builder.palette
    taken: list[str] = []
    palette.chosen.connect(taken.append)
    QTest.keyClicks(palette.search, "maxp")
    assert palette.entries()[0] == "MaxPool1d"
    QTest.keyClick(palette.search, Qt.Key.Key_Down)
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert taken == ["MaxPool2d"]
    QTest.keyClick(palette.search, Qt.Key.Key_Escape)
    assert len(palette.entries()) == len(catalogue())


def test_what_is_dragged_is_the_name(window: MainWindow) -> None:
    palette = window.builder.palette
    item = next(each for each in palette.list.every() if each.text(0) == "Conv2d")
    data = palette.list.mimeData([item])
    assert bytes(data.data(MIME).data()) == b"Conv2d"
