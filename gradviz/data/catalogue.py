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
from gradviz.data.collates import padded, padlengths
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
from gradviz.data.samplers import likelength, orders
from gradviz.data.tables import COLLATES, DATASETS, SAMPLERS, TABLES, TRANSFORMS, Tables
from gradviz.data.transforms import (
    cast,
    crop,
    flip,
    grayscale,
    normalize,
    onehot,
    padto,
    resize,
    rotation,
    scale,
    tokenize,
    tonumber,
    torchvisions,
    totensor,
)
from gradviz.data.transforms import noise as noisy

__all__ = ["COLLATES", "DATASETS", "SAMPLERS", "TABLES", "TRANSFORMS", "Tables"]

_FILLED = (
    (digits, letters, mnist, names, noise, points, reviews, sentences, tones, waves),
    (totensor, resize, crop, grayscale, normalize, scale, cast),
    (tokenize, padto, tonumber, onehot),
    (flip, rotation, noisy, torchvisions),
    (orders, likelength),
    (padded, padlengths),
    (arrays, huggingface, idx, images, jsonlines, sounds, table, texttable),
)
