"""The kinds of previews: plain data, without torch.

Pixels are bytes. A *level* is a byte for a signed number: see `ZERO_LEVEL`. What is left out for
its number is counted in ``more``; no number that is NaN or infinite is ever passed over in silence.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

ZERO_LEVEL = 126
"""The level of 0; 126 levels below and above it reach the scale."""
BAD_LEVEL = 254
"""The level of a number that is NaN or infinite."""

Spread: TypeAlias = Literal["unit", "bytes", "normalised", "stretched", "values"]
"""How numbers became pixels: 0 to 1, 0 to 255, back from a normalisation, from the smallest to the
largest; ``values`` where the image was one of pixels already.
"""


class Sample(Struct, frozen=True):
    """Which sample it is: its place in the batch, its class or target, its index in the dataset.

    ``group`` is the number of its class, None where it has none.
    """

    place: int = 0
    caption: str = ""
    index: str = ""
    group: int | None = None


ALONE = Sample()


class Numbers(Struct, frozen=True):
    """The numbers of a tensor. ``low``, ``high``, ``mean`` and ``std`` are of the finite ones, None
    if there are none; of complex numbers they are those of the magnitudes.
    """

    shape: tuple[int, ...]
    dtype: str
    count: int
    nan: int = 0
    infinite: int = 0
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    std: float | None = None


class Normalised(Struct, frozen=True):
    """A transform that took ``mean`` away and divided by ``std``, for each channel or all."""

    name: str
    mean: tuple[float, ...]
    std: tuple[float, ...]


class Tile(Struct, frozen=True):
    """A picture of ``columns`` × ``rows`` pixels, three bytes RGB each, row by row.

    ``width`` and ``height`` are those of the image itself, which may be larger; ``bad`` counts its
    numbers that are NaN or infinite, which are magenta.
    """

    sample: Sample
    columns: int
    rows: int
    rgb: bytes
    width: int
    height: int
    bad: int = 0


class ImageGrid(Struct, frozen=True, tag=True):
    """Images side by side. ``normalised`` is what was undone for the eye."""

    tiles: tuple[Tile, ...]
    numbers: Numbers | None = None
    spread: Spread = "unit"
    normalised: Normalised | None = None
    more: int = 0


class Word(Struct, frozen=True):
    """A word, its number if it is a token; ``padding`` only fills the row up."""

    text: str
    number: int | None = None
    padding: bool = False


class TextRow(Struct, frozen=True):
    """The words of one sample; ``length`` is how many there are without padding."""

    sample: Sample
    words: tuple[Word, ...]
    length: int
    more: int = 0


class TextTable(Struct, frozen=True, tag=True):
    """Texts, a row a sample: words, or letters where ``unit`` says so; ``vocabulary`` counts the
    words that there are, None where nothing says what the numbers mean.
    """

    rows: tuple[TextRow, ...]
    vocabulary: int | None = None
    tokens: bool = False
    more: int = 0


class TableRow(Struct, frozen=True):
    """The cells of one sample, and how large each number is, as levels over its column."""

    sample: Sample
    cells: tuple[str, ...]
    levels: bytes


class Table(Struct, frozen=True, tag=True):
    """Rows of numbers under the names of their columns."""

    heads: tuple[str, ...]
    rows: tuple[TableRow, ...]
    numbers: Numbers | None = None
    more_columns: int = 0
    more: int = 0


class Curve(Struct, frozen=True):
    """A curve as the smallest and largest value in each of its pixel columns, NaN where there is no
    finite one; of a short one both are the value itself.
    """

    name: str
    lows: tuple[float, ...]
    highs: tuple[float, ...]


class Signal(Struct, frozen=True):
    """The curves of one sample, a channel each, of ``length`` values."""

    sample: Sample
    curves: tuple[Curve, ...]
    length: int
    more: int = 0


class Signals(Struct, frozen=True, tag=True):
    """Curves over one axis of values, from the smallest to the largest of all."""

    signals: tuple[Signal, ...]
    numbers: Numbers
    more: int = 0


class Audio(Struct, frozen=True, tag=True):
    """Waveforms, ``sample_rate`` values a second."""

    signals: tuple[Signal, ...]
    sample_rate: int
    numbers: Numbers
    more: int = 0


class Heatmap(Struct, frozen=True):
    """A picture of levels: a slice of a tensor at its leading ``indices``."""

    indices: tuple[int, ...]
    columns: int
    rows: int
    levels: bytes
    width: int
    height: int


class Bar(Struct, frozen=True):
    """How many numbers lie from ``low`` to ``high``; where both are the same, are that number."""

    low: float
    high: float
    count: int


class Slices(Struct, frozen=True, tag=True):
    """A tensor of any rank. The last two dimensions are heatmaps, signed, with ``scale`` at the
    ends of the colours; ``bars`` is the histogram of all its numbers.
    """

    numbers: Numbers
    scale: float
    heatmaps: tuple[Heatmap, ...]
    bars: tuple[Bar, ...]
    more: int = 0
    samples: tuple[Sample, ...] = ()


class Dot(Struct, frozen=True):
    """A point in the plane; ``group`` is the number of its class."""

    sample: Sample
    x: float
    y: float
    group: int


class Points(Struct, frozen=True, tag=True):
    """Points in the plane, coloured by their class where those are few. ``groups`` are the names of
    the classes by their numbers, empty where no point is of it.
    """

    dots: tuple[Dot, ...]
    groups: tuple[str, ...]
    axes: tuple[str, str]
    numbers: Numbers
    more: int = 0


class TreeRow(Struct, frozen=True):
    """A part of a batch: how one writes it behind the batch's name, and behind what holds it; what
    it is, and its first values.
    """

    path: str
    name: str
    depth: int
    kind: str
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    length: int | None = None
    values: str = ""


class Tree(Struct, frozen=True, tag=True):
    """The parts of a dict, tuple, list or data class, those in it after each."""

    rows: tuple[TreeRow, ...]
    more: int = 0


class Scalar(Struct, frozen=True):
    """One number of a sample, as text; ``name`` is its class."""

    sample: Sample
    text: str
    name: str = ""


class Scalars(Struct, frozen=True, tag=True):
    """A number for each sample."""

    scalars: tuple[Scalar, ...]
    numbers: Numbers | None = None
    more: int = 0


Preview: TypeAlias = (
    ImageGrid | TextTable | Table | Signals | Audio | Slices | Points | Tree | Scalars
)
"""What can be drawn of a value, see `gradviz.render.previews`."""
