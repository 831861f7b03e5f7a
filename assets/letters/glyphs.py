"""Letters drawn from a font, in the form of NotMNIST's images."""

from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

LETTERS = "ABCDEFGHIJ"
SIDE = 28
DRAWN_AT = 200  # pixels; large, so that shrinking does the anti-aliasing
ALIKE = 0.02  # of full white, averaged over a 28x28 image
FAINT = 128

# uint8, 10x28x28, white on black, in the order of LETTERS.
Glyphs: TypeAlias = npt.NDArray[np.uint8]


def draw(font: Path) -> Glyphs:
    """The letters A to J of a font, each filling the square as far as its shape allows."""
    # The basic layout does not depend on which shaping library Pillow was built with.
    face = ImageFont.truetype(font, DRAWN_AT, layout_engine=ImageFont.Layout.BASIC)
    return np.stack([np.asarray(draw_letter(letter, face=face)) for letter in LETTERS])


def draw_letter(letter: str, *, face: ImageFont.FreeTypeFont) -> Image.Image:
    """One letter, cut to its ink, scaled to the square without distortion and centred."""
    square = Image.new("L", (SIDE, SIDE))
    left, top, right, bottom = (round(edge) for edge in face.getbbox(letter))
    large = Image.new("L", (max(1, right - left), max(1, bottom - top)))
    ImageDraw.Draw(large).text((-left, -top), letter, fill=255, font=face)
    ink = large.getbbox()
    if ink is None:
        return square
    large = large.crop(ink)
    scale = SIDE / max(large.size)
    width, height = (max(1, round(length * scale)) for length in large.size)
    small = large.resize((width, height), Image.Resampling.LANCZOS)
    square.paste(small, ((SIDE - width) // 2, (SIDE - height) // 2))
    return square


def distance(one: Glyphs, other: Glyphs) -> float:
    """Mean absolute difference of two sets of images, or of two images: 0 (equal) to 1."""
    return float(np.abs(one.astype(np.int16) - other).mean() / 255)


def fault(glyphs: Glyphs) -> str:
    """Why the drawings cannot serve as ten letters, or an empty text."""
    if any(glyph.max() < FAINT for glyph in glyphs):
        return "blank or faint glyphs"
    pairs = [(one, other) for one in range(len(glyphs)) for other in range(one)]
    if any(distance(glyphs[one], glyphs[other]) < ALIKE for one, other in pairs):
        return "identical glyphs"
    return ""
