"""Make notMNIST_sample.tar.gz and FONTS.md from the fonts of installed Debian packages.

    python assets/letters/make_letters.py [--packages assets/letters/packages.txt]

The same fonts, Pillow and zlib give the same bytes. What was left out is printed.
"""

import argparse
import base64
import gzip
import io
import logging
import subprocess
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import glyphs
import licence
from fontTools.ttLib import TTFont
from PIL import Image

HERE = Path(__file__).resolve().parent
ROOT = "notMNIST_sample"
PER_FAMILY = 2
PER_PACKAGE = 3
# Mean difference below which two fonts count as one design in the same weight.
NEAR = 0.085
STYLES = ("Regular", "Book", "Roman", "Bold", "Italic", "Oblique")
EXCLUDED: dict[str, str] = {
    "LinBiolinum_K.otf": "letters inside key caps",
    "D050000L.otf": "ornaments in place of letters",
    "StandardSymbolsPS.otf": "Greek letters in place of Latin ones",
    "BMEuljiro10yearslater.ttf": "worn away until illegible",
    "BMEuljirooraeorae.ttf": "worn away until illegible",
}
# The two unreadable files of notMNIST_small, by the names that they have there.
EMPTY = ("A", "DemocraticaBoldOldstyle Bold.ttf")
TRUNCATED = ("F", "Crossover BoldOblique.ttf")
INTRODUCTION = """\
# Where the letters come from

`notMNIST_sample.tar.gz` has the layout of `notMNIST_small.tar.gz`, a part of the NotMNIST dataset
that Yaroslav Bulatov made in 2011. No image of his is in it: `make_letters.py` drew this sample
from scratch, from {fonts} openly licensed fonts of {packages} Debian packages: {images:,} images,
{fonts} of each letter from A to J.

Two files are damaged on purpose, as two files of the original are:

- `{empty}` is empty,
- `{truncated}` breaks off in the middle.

The licence is the one that the package's `debian/copyright` states for the fonts. Fonts whose
licence is not clearly open were left out, and so were near-duplicates and fonts without legible
letters.

| Family | Debian package | Licence | Fonts |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Font:
    """One font file with what its own tables and its package say of it."""

    file: Path
    package: str
    family: str
    style: str
    licence: str


def font_files(package: str) -> list[Path]:
    """The font files that an installed package owns."""
    listing = subprocess.run(
        ["dpkg-query", "-L", package], capture_output=True, text=True, check=True
    )
    files = [Path(line) for line in listing.stdout.splitlines()]
    return [f for f in files if f.suffix in {".ttf", ".otf"} and not f.is_symlink()]


def read(file: Path, *, package: str) -> Font | None:
    """The font, or None if it has no characters A to J."""
    with TTFont(file, lazy=True) as font:
        if not {ord(letter) for letter in glyphs.LETTERS} <= set(font.getBestCmap() or {}):
            return None
        # Names 16 and 17 group a family's weights where 1 and 2 may keep them apart.
        name = font["name"]
        families = (name.getDebugName(number) or "" for number in (16, 1))
        # Some web fonts carry a dot and a control character in place of a name.
        family = next((f for f in families if any(map(str.isalnum, f))), file.stem)
        style = name.getDebugName(17) or name.getDebugName(2) or ""
    return Font(file, package, family, style, licence.of_font(package, font=file))


def candidates(package: str) -> Iterator[Font]:
    """A package's openly licensed fonts, plain styles first; prints what it leaves out."""
    found: list[Font] = []
    for file in font_files(package):
        font = read(file, package=package)
        if font is None:
            print(f"{package}: {file.name}: lacks some of A to J")
        elif file.name in EXCLUDED:
            print(f"{package}: {file.name}: {EXCLUDED[file.name]}")
        elif not licence.is_open(font.licence):
            print(f"{package}: {file.name}: licence {font.licence or 'not recognised'}")
        else:
            found.append(font)
    rank = {style: position for position, style in enumerate(STYLES)}
    yield from sorted(found, key=lambda f: (rank.get(f.style, len(STYLES)), f.file.name))


def choose(packages: list[str]) -> dict[Font, glyphs.Glyphs]:
    """The fonts to use and their letters, without near-duplicates; prints what it leaves out."""
    chosen: dict[Font, glyphs.Glyphs] = {}
    families: Counter[str] = Counter()
    for package in packages:
        taken = 0
        for font in candidates(package):
            if taken == PER_PACKAGE or families[font.family] == PER_FAMILY:
                continue
            if any(font.file.name == other.file.name for other in chosen):
                continue
            drawn = glyphs.draw(font.file)
            reason = glyphs.fault(drawn)
            if not reason and any(glyphs.distance(drawn, g) < NEAR for g in chosen.values()):
                reason = "nearly the same as one already taken"
            if reason:
                print(f"{package}: {font.file.name}: {reason}")
                continue
            chosen[font] = drawn
            families[font.family] += 1
            taken += 1
    return chosen


def member(letter: str, font_name: str) -> str:
    """The path of a letter in the archive: the font's file name in base64, as in NotMNIST."""
    name = base64.b64encode(font_name.encode())
    if b"/" in name:
        name = base64.urlsafe_b64encode(font_name.encode())
    return f"{ROOT}/{letter}/{name.decode()}.png"


def png(image: glyphs.Glyphs) -> bytes:
    """One image as an 8-bit greyscale PNG."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def images(chosen: dict[Font, glyphs.Glyphs]) -> dict[str, bytes]:
    """Every file of the archive by its path."""
    files = {
        member(letter, font.file.name): png(image)
        for font, drawn in chosen.items()
        for letter, image in zip(glyphs.LETTERS, drawn, strict=True)
    }
    whole = files[next(path for path in files if path.startswith(f"{ROOT}/{TRUNCATED[0]}/"))]
    return files | {member(*EMPTY): b"", member(*TRUNCATED): whole[: len(whole) // 2]}


def pack(files: dict[str, bytes], *, archive: Path) -> None:
    """Write the archive: sorted, with no times, owners or names that differ between runs."""
    folders = {ROOT} | {path.rpartition("/")[0] for path in files}
    with (
        archive.open("wb") as target,
        gzip.GzipFile(filename="", fileobj=target, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        for path in sorted(folders | set(files)):
            info = tarfile.TarInfo(path)
            if path in folders:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(info)
            else:
                info.size = len(files[path])
                tar.addfile(info, io.BytesIO(files[path]))


def table(chosen: dict[Font, glyphs.Glyphs]) -> str:
    """The text of FONTS.md."""
    rows = Counter((font.family, font.package, font.licence) for font in chosen)
    introduction = INTRODUCTION.format(
        fonts=len(chosen),
        packages=len({font.package for font in chosen}),
        images=len(chosen) * len(glyphs.LETTERS),
        empty=member(*EMPTY),
        truncated=member(*TRUNCATED),
    )
    lines = [
        "| " + " | ".join(cell.replace("|", r"\|") for cell in row) + f" | {count} |\n"
        for row, count in sorted(rows.items())
    ]
    return introduction + "".join(lines)


def main() -> None:
    """Make the archive and the table of fonts."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--packages", type=Path, default=HERE / "packages.txt")
    parser.add_argument("--out", type=Path, default=HERE)
    options = parser.parse_args()
    # Oddities in a font's tables that do not touch its outlines.
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    chosen = choose(options.packages.read_text(encoding="utf-8").split())
    pack(images(chosen), archive=options.out / f"{ROOT}.tar.gz")
    (options.out / "FONTS.md").write_text(table(chosen), encoding="utf-8")
    print(f"used {len(chosen)} fonts")


if __name__ == "__main__":
    main()
