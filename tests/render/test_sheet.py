"""Contact sheets: every sample has its place, none covers another."""

from __future__ import annotations

import pytest

from gradviz.data.tile import Tile
from gradviz.render.drawing import Bitmap, Text
from gradviz.render.pages.sheet import sheet
from gradviz.render.theme import THEMES


@pytest.mark.parametrize("count", [1, 2, 5, 16, 17, 64])
def test_tiles_stand_side_by_side_on_the_page(count: int) -> None:
    tiles = [Tile(str(i), 28, 28, bytes(28 * 28 * 3)) for i in range(count)]
    page = sheet(tiles, THEMES["light"], title="batch")
    pictures = [item for item in page.items if isinstance(item, Bitmap)]
    assert len({(item.x, item.y) for item in pictures}) == count
    for item in pictures:
        assert 0 <= item.x <= page.width - item.width
        assert 0 <= item.y <= page.height - item.height
    captions = [item.text for item in page.items if isinstance(item, Text)]
    assert captions == ["batch", *(str(i) for i in range(count))]
    assert page.width / page.height < 6


def test_a_batch_of_16_leaves_no_gap() -> None:
    tiles = [Tile("", 1, 1, bytes(3))] * 16
    places = {item.x for item in sheet(tiles, THEMES["light"]).items if isinstance(item, Bitmap)}
    assert len(places) == 8


def test_a_wide_sample_keeps_its_form() -> None:
    page = sheet([Tile("", 8, 2, bytes(48))], THEMES["light"])
    (picture,) = [item for item in page.items if isinstance(item, Bitmap)]
    assert picture.width == 4 * picture.height
