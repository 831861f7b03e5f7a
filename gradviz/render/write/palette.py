"""One palette for many pictures: what is one flat colour stays exactly that colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from gradviz.render.drawing import Bitmap, Drawing, flat
from gradviz.render.write.canvas import Pixels

if TYPE_CHECKING:
    from PIL.Image import Image

COLOURS = 128
"""Half of what GIF and PNG allow: pictures of boxes and text look the same, and are smaller."""

Colour = tuple[int, int, int]
Indices: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def palette(drawings: Sequence[Drawing], images: Sequence[Image]) -> tuple[Colour, ...]:
    """The colours that the drawings name, then those that their images have most often."""
    counted: Counter[Colour] = Counter()
    for image in images:
        for count, colour in image.getcolors(image.width * image.height) or ():
            counted[colour] += count  # type: ignore[index]
    named = {rgb(name) for drawing in drawings for name in _names(drawing)}
    often = sorted(counted, key=lambda colour: (colour not in named, -counted[colour], colour))
    return tuple(often[:COLOURS])


def rgb(name: str) -> Colour:
    """``#ff8000`` as three numbers."""
    red, green, blue = bytes.fromhex(name.removeprefix("#"))
    return (red, green, blue)


class Indexer:
    """Turns RGB images into images of the palette, each colour to the nearest.

    Pillow's own search knows six bits a colour: white would become nearly white.
    """

    def __init__(self, colours: Sequence[Colour]) -> None:
        self._colours = np.array(colours, dtype=np.int32)
        self._places = np.full(1 << 24, -1, dtype=np.int16)

    def __call__(self, image: Image) -> Image:
        return self._image(self._indices(image))

    def all(self, images: Iterable[tuple[Image, Pixels]]) -> Iterator[Image]:
        """Images that follow each other, each with the rectangle outside of which it is like the
        one before.
        """
        last: Indices | None = None
        for image, changed in images:
            if last is None:
                last = self._indices(image)
            elif changed[0] < changed[2] and changed[1] < changed[3]:
                left, top, right, bottom = changed
                last = last.copy()
                last[top:bottom, left:right] = self._indices(image.crop(changed))
            yield self._image(last)

    def _image(self, indices: Indices) -> Image:
        from PIL import Image as Images

        indexed = Images.fromarray(indices)
        indexed.putpalette(self._colours.astype(np.uint8).tobytes())
        return indexed

    def _indices(self, image: Image) -> Indices:
        channels = np.asarray(image, dtype=np.int32)
        packed = channels[..., 0] << 16 | channels[..., 1] << 8 | channels[..., 2]
        places = self._places[packed]
        if (places < 0).any():
            self._learn(np.unique(packed[places < 0]))
            places = self._places[packed]
        indices: Indices = places.astype(np.uint8)
        return indices

    def _learn(self, packed: np.ndarray[tuple[int], np.dtype[np.int32]]) -> None:
        channels = np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=-1)
        for some in range(0, len(packed), 4096):
            apart = channels[some : some + 4096, None, :] - self._colours
            self._places[packed[some : some + 4096]] = (apart**2).sum(axis=-1).argmin(axis=-1)


def _names(drawing: Drawing) -> Iterator[str]:
    """All colours that a drawing's items ask for."""
    yield drawing.background
    for item in flat(drawing.items):
        if not isinstance(item, Bitmap):
            for role in ("fill", "stroke", "colour"):
                name = getattr(item, role, None)
                if name:
                    yield name
