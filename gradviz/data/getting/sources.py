"""The datasets that can be downloaded, where they are, and how one knows that it is them."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from gradviz.errors import UsageError
from gradviz.i18n import N_

MIB = 1 << 20


class Remote(Struct, frozen=True):
    """A file of the network: its name, the same file at several addresses, its exact size in bytes,
    and its checksums in hex, empty where nobody has published one.
    """

    name: str
    addresses: tuple[str, ...]
    size: int
    md5: str = ""
    sha256: str = ""


class Source(Struct, frozen=True):
    """A dataset: its files, and the folder that they unpack to.

    No more than ``members`` files and ``unpacked`` bytes may come out of them. ``by_case`` is for
    archives in which names may differ in upper and lower case alone. ``kind`` is the dataset of the
    catalogue that reads the folder.
    """

    name: str
    summary: str
    licence: str
    files: tuple[Remote, ...]
    folder: str
    kind: str
    members: int
    unpacked: int
    by_case: bool = False

    @property
    def size(self) -> int:
        """How many bytes are downloaded."""
        return sum(file.size for file in self.files)


def source_named(name: str) -> Source:
    """The source of that name. Raises `UsageError` that names all."""
    if name not in SOURCES:
        raise UsageError(
            N_("no dataset to download is called “{name}”"),
            mend=N_("take one of: {known}"),
            name=name,
            known=", ".join(SOURCES),
        )
    return SOURCES[name]


_BULATOV = N_("published by Yaroslav Bulatov without a licence; glyphs of fonts found on the web")
_LETTERS = ("https://commondatastorage.googleapis.com/books1000/",
            "http://yaroslavvb.com/upload/notMNIST/")  # fmt: skip
_DIGITS = ("https://ossci-datasets.s3.amazonaws.com/mnist/",
           "https://storage.googleapis.com/cvdf-datasets/mnist/")  # fmt: skip
_CLOTHES = ("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/")  # fmt: skip


def _at(homes: tuple[str, ...], name: str, size: int, *, md5: str = "", sha256: str = "") -> Remote:
    return Remote(name, tuple(home + name for home in homes), size, md5, sha256)


def _letters(name: str, summary: str, size: int, *, members: int, unpacked: int) -> Source:
    # No checksum of these was ever published. The names of their images are base64, in which case
    # tells letters apart.
    return Source(
        name=name.lower().replace("_", "-"),
        summary=summary,
        licence=_BULATOV,
        files=(_at(_LETTERS, f"{name}.tar.gz", size),),
        folder=name,
        kind="Letters",
        members=members,
        unpacked=unpacked,
        by_case=True,
    )


def _idx(
    name: str, kind: str, summary: str, licence: str, files: tuple[Remote, ...]
) -> Source:  # fmt: skip
    return Source(
        name=name,
        summary=summary,
        licence=licence,
        files=files,
        folder=kind,
        kind=kind,
        members=len(files),
        unpacked=64 * MIB,
    )


# fmt: off
_ALL = (
    _letters(
        "notMNIST_small",
        N_("Letters A to J in many typefaces, cleaned by hand: 19,000 images of 28×28."),
        8_458_043, members=40_000, unpacked=256 * MIB,
    ),
    _letters(
        "notMNIST_large",
        N_("Letters A to J in many typefaces, not cleaned: 530,000 images of 28×28."),
        247_336_696, members=700_000, unpacked=2048 * MIB,
    ),
    _idx(
        "mnist", "MNIST",
        N_("Digits in handwriting: 60,000 images of 28×28 to train on, 10,000 to test."),
        N_("Creative Commons Attribution-Share Alike 3.0, by Yann LeCun and Corinna Cortes"),
        (
            _at(_DIGITS, "train-images-idx3-ubyte.gz", 9_912_422,
                md5="f68b3c2dcbeaaa9fbdd348bbdeb94873",
                sha256="440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
            _at(_DIGITS, "train-labels-idx1-ubyte.gz", 28_881,
                md5="d53e105ee54ea40749a09fcbcd1e9432",
                sha256="3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
            _at(_DIGITS, "t10k-images-idx3-ubyte.gz", 1_648_877,
                md5="9fb629c4189551a2d022fa330f9573f3",
                sha256="8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
            _at(_DIGITS, "t10k-labels-idx1-ubyte.gz", 4_542,
                md5="ec29112dd5afa0611ce80d1b7f02629c",
                sha256="f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
        ),
    ),
    _idx(
        "fashion-mnist", "FashionMNIST",
        N_("Clothes and shoes: 60,000 images of 28×28 to train on, 10,000 to test."),
        N_("MIT licence, by Zalando Research"),
        (
            _at(_CLOTHES, "train-images-idx3-ubyte.gz", 26_421_880,
                md5="8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
            _at(_CLOTHES, "train-labels-idx1-ubyte.gz", 29_515,
                md5="25c81989df183df01b3e8a0aad5dffbe"),
            _at(_CLOTHES, "t10k-images-idx3-ubyte.gz", 4_422_102,
                md5="bef4ecab320f06d8554ea6380940ec79"),
            _at(_CLOTHES, "t10k-labels-idx1-ubyte.gz", 5_148,
                md5="bb300cfdad3c16e7a12a480ee83cd310"),
        ),
    ),
)
# fmt: on
SOURCES: Mapping[str, Source] = {source.name: source for source in _ALL}
"""By the name that ``gradviz data get`` knows."""
