"""All datasets: importing this fills the table."""

from gradviz.data import (
    digits,
    letters,
    mnist,
    names,
    noise,
    points,
    reviews,
    sentences,
    tones,
    waves,
)
from gradviz.data.tables import DATASETS

__all__ = [
    "DATASETS",
    "digits",
    "letters",
    "mnist",
    "names",
    "noise",
    "points",
    "reviews",
    "sentences",
    "tones",
    "waves",
]
