"""All that a project's data can name: importing this fills the tables."""

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
from gradviz.data.collates import padded
from gradviz.data.reading import (
    arrays,
    huggingface,
    idx,
    images,
    jsonlines,
    sounds,
    table,
    texttable,
)
from gradviz.data.samplers import orders
from gradviz.data.tables import COLLATES, DATASETS, SAMPLERS, TABLES, TRANSFORMS, Tables
from gradviz.data.transforms import plain

__all__ = ["COLLATES", "DATASETS", "SAMPLERS", "TABLES", "TRANSFORMS", "Tables"]

_FILLED = (
    *(digits, letters, mnist, names, noise, points, reviews, sentences, tones, waves),
    *(orders, padded, plain),
    *(arrays, huggingface, idx, images, jsonlines, sounds, table, texttable),
)
