"""Previews in the window."""

from __future__ import annotations

import torch
from pytestqt.qtbot import QtBot

from gradviz import i18n
from gradviz.data.previews.choose import preview_of
from gradviz.data.previews.samples import samples_of
from gradviz.qt.previewview import PreviewView
from gradviz.render.theme import DARK, LIGHT

IMAGES = preview_of(torch.rand(12, 1, 8, 8), samples=samples_of(12, ["cat"] * 12))


def test_the_height_follows_from_the_width(qtbot: QtBot) -> None:
    view = PreviewView(LIGHT)
    qtbot.addWidget(view)
    assert view.heightForWidth(300) <= 1
    view.show_previews([IMAGES], "a batch")
    assert view.heightForWidth(300) > 60
    assert view.accessibleName() == "a batch"
    assert view.accessibleDescription().count("cat") == 12
    view.show_previews([preview_of(["a long text " * 20])])
    assert view.heightForWidth(300) > view.heightForWidth(900) > 20


def test_it_is_painted_in_the_theme_and_the_language(qtbot: QtBot) -> None:
    view = PreviewView(LIGHT)
    qtbot.addWidget(view)
    view.show_previews([preview_of(torch.empty(0, 3))])
    view.resize(400, view.heightForWidth(400))
    pictures = []
    for theme, language in ((LIGHT, "en"), (LIGHT, "ko"), (DARK, "ko")):
        i18n.use(language)
        view.recolour(theme)
        pixmap = view.grab()
        pictures.append(pixmap.toImage())
    assert pictures[0] != pictures[1] != pictures[2]


def test_it_can_show_nothing_again(qtbot: QtBot) -> None:
    view = PreviewView(LIGHT)
    qtbot.addWidget(view)
    view.show_previews([IMAGES, preview_of(["a text"])])
    assert len(view.previews) == 2
    view.show_previews([])
    assert view.heightForWidth(300) <= 1
