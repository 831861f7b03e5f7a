from __future__ import annotations

import subprocess
import sys

import pytest
from PIL import Image, ImageOps
from PySide6.QtGui import QFontInfo

from gradviz.render import fonts
from gradviz.render.drawing import Drawing, Text
from gradviz.render.write.animation import pixels


@pytest.mark.parametrize("family", ["sans", "mono"])
@pytest.mark.parametrize("bold", [False, True])
def test_the_bundled_fonts_are_the_ones_used(family: fonts.Font, bold: bool) -> None:
    info = QFontInfo(fonts.font(family, 13, bold=bold))
    assert info.family() == fonts.FAMILIES[family]
    assert info.pixelSize() == 13


def test_digits_of_the_mono_font_are_equally_wide() -> None:
    widths = {fonts.width(digit * 4, family="mono", size=13) for digit in "0123456789"}
    assert len(widths) == 1


def test_hangul_has_real_glyphs() -> None:
    assert fonts.width("기울기", size=13) > fonts.width("   ", size=13)


@pytest.mark.parametrize("family", ["sans", "mono"])
@pytest.mark.parametrize("bold", [False, True])
def test_a_backslash_is_no_won_sign(family: fonts.Font, bold: bool) -> None:
    """It leans the other way than a slash, and has no bars across."""

    def ink(sign: str) -> Image.Image:
        text = Text(
            x=40, y=50, text=sign, size=40, colour="#000000", font=family, bold=bold,
            anchor="middle",
        )  # fmt: skip
        return ImageOps.invert(pixels(Drawing(80, 80, "#ffffff", (text,)), 1.0).convert("L"))

    slash, backslash = ImageOps.mirror(ink("/")), ink("\\")
    left, top, right, bottom = backslash.getbbox() or (0, 0, 0, 0)
    assert bottom - top > 2 * (right - left) > 0
    assert slash.getbbox() == pytest.approx((left, top, right, bottom), abs=2)
    rows = [backslash.crop((0, y, 80, y + 1)).getbbox() for y in range(top, bottom)]
    assert all(row and row[2] - row[0] <= 10 for row in rows)


@pytest.mark.parametrize("room", [0, 10, 50, 200, 1000])
def test_an_elided_text_fits_or_is_only_dots(room: int) -> None:
    text = "layer1.0.downsample.0.weight" * 400
    short = fonts.elided(text, room, size=13)
    assert short == "…" or fonts.width(short, size=13) <= room
    assert short == "…" or (text.startswith(short[0]) and text.endswith(short[-1]))


def test_a_text_that_fits_stays() -> None:
    assert fonts.elided("fc1.weight", 300, size=13) == "fc1.weight"


def test_measuring_needs_no_window_and_no_display() -> None:
    """Without an application of its own, a script on a bare server gets one."""
    code = (
        "import sys; from gradviz.render import fonts; print(fonts.width('loss', size=15));"
        "assert 'PySide6.QtWidgets' not in sys.modules and 'torch' not in sys.modules"
    )
    bare = {"PATH": "", "SYSTEMROOT": ""}
    done = subprocess.run([sys.executable, "-c", code], env=bare, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == fonts.width("loss", size=15)


def test_a_qt_that_cannot_be_loaded_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PySide6.QtGui", None)
    fonts._registered.cache_clear()
    with pytest.raises(fonts.PictureError, match="libegl1"):
        fonts.ready()
