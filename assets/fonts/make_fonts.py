"""Make the fonts of this folder: renamed subsets of Nanum Gothic and JetBrains Mono.

The inputs are those of the Debian packages fonts-nanum and fonts-jetbrains-mono. The same inputs
and the same fontTools give the same bytes.

    python assets/fonts/make_fonts.py [--source /usr/share/fonts/truetype]
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

from fontTools.pens.reverseContourPen import ReverseContourPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
LICENCE = (
    "This Font Software is licensed under the SIL Open Font License, Version 1.1. "
    "This license is available with a FAQ at: https://scripts.sil.org/OFL"
)
LICENCE_URL = "https://scripts.sil.org/OFL"
WINDOWS_ENGLISH = (3, 1, 0x409)
# Copyright, trademark, makers and their addresses, as the OpenType specification numbers them.
KEPT_NAMES = (0, 7, 8, 9, 11, 12)
SANS = "Gradviz Sans"
WEIGHTS = {"Regular": 400, "Bold": 700}

BLOCKS: dict[str, range] = {
    "Basic Latin": range(0x20, 0x7F),
    "Latin-1": range(0xA0, 0x100),
    "Greek": range(0x370, 0x400),
    "General punctuation": range(0x2010, 0x2060),
    "Superscripts and subscripts": range(0x2070, 0x20A0),
    "Letterlike": range(0x2100, 0x2150),
    "Arrows": range(0x2190, 0x2200),
    "Mathematical operators": range(0x2200, 0x2300),
    "Box drawing": range(0x2500, 0x2580),
    "Block elements": range(0x2580, 0x25A0),
    "Geometric shapes": range(0x25A0, 0x2600),
    "Check marks": range(0x2713, 0x2719),
}
KOREAN_BLOCKS: dict[str, range] = {
    "Circled numbers": range(0x2460, 0x2474),
    "CJK punctuation": range(0x3000, 0x3016),
    "Hangul compatibility jamo": range(0x3131, 0x318F),
}
# The signs that the interface would like to use; a font may lack some of them.
WANTED = "←↑→↓↔⇒▸▶◂◀▲▼▴▾●○■□◆◇×÷−±∂∇∑∏√∞≈≠≤≥·…–—•✓✗"


@dataclass(frozen=True)
class Font:
    """One font to make: where it comes from, what it is called, which characters it keeps."""

    source: str
    family: str
    style: str
    characters: frozenset[int]

    @property
    def postscript_name(self) -> str:
        """The name without spaces, which is also the file's stem."""
        return f"{self.family.replace(' ', '')}-{self.style}"


def hangul_syllables() -> frozenset[int]:
    """The 2,350 syllables of KS X 1001: those that EUC-KR encodes in two bytes."""
    # Python's codec spells the other syllables out, jamo by jamo, in eight bytes.
    syllables = range(0xAC00, 0xD7A4)
    return frozenset(c for c in syllables if len(chr(c).encode("euc_kr")) == 2)


def characters(*tables: dict[str, range]) -> frozenset[int]:
    """Every code point of the tables' blocks."""
    return frozenset(c for table in tables for block in table.values() for c in block)


def fonts() -> list[Font]:
    """The fonts that the application ships."""
    korean = characters(BLOCKS, KOREAN_BLOCKS) | hangul_syllables()
    return [
        Font("nanum/NanumGothic.ttf", SANS, "Regular", korean),
        Font("nanum/NanumGothicBold.ttf", SANS, "Bold", korean),
        Font(
            "jetbrains-mono/JetBrainsMono-Regular.ttf",
            "Gradviz Mono",
            "Regular",
            characters(BLOCKS),
        ),
    ]


def subset(source: TTFont, kept: frozenset[int]) -> None:
    """Reduce a font to the characters, without hinting, ligatures or positioning features."""
    options = Options()
    options.hinting = False
    options.layout_features = []
    options.legacy_kern = True
    options.name_IDs = ["*"]
    options.name_languages = ["*"]
    options.name_legacy = True
    options.notdef_outline = True
    # The editor's hint sources (TSI) are of no use to a font without hints.
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "DSIG", "gasp"]
    options.drop_tables += ["TSI0", "TSI1", "TSI2", "TSI3", "TSI5"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=kept)
    subsetter.subset(source)


def draw_backslash(source: TTFont) -> None:
    """Give the backslash the shape of a mirrored slash: Korean fonts draw a won sign there."""
    names, glyphs = source.getBestCmap(), source["glyf"]
    slash, backslash = names[ord("/")], names[ord("\\")]
    width, _ = source["hmtx"][slash]
    pen = TTGlyphPen(source.getGlyphSet())
    mirrored = TransformPen(ReverseContourPen(pen), (-1, 0, 0, 1, width, 0))
    source.getGlyphSet()[slash].draw(mirrored)
    glyphs[backslash] = pen.glyph()
    glyphs[backslash].recalcBounds(glyphs)
    source["hmtx"][backslash] = (width, glyphs[backslash].xMin)


def rename(source: TTFont, font: Font) -> None:
    """Give a subset a name of its own, as the OFL asks, keeping the makers' records."""
    name = source["name"]
    version = name.getName(5, *WINDOWS_ENGLISH).toUnicode()
    original = name.getName(4, *WINDOWS_ENGLISH).toUnicode()
    kept = {i: r.toUnicode() for i in KEPT_NAMES if (r := name.getName(i, *WINDOWS_ENGLISH))}
    records = kept | {
        1: font.family,
        2: font.style,
        3: f"gradviz;{font.postscript_name}",
        4: f"{font.family} {font.style}",
        5: version,
        6: font.postscript_name,
        10: f"A subset, without hinting, of the glyphs of {original}.",
        13: LICENCE,
        14: LICENCE_URL,
    }
    name.names = []
    for number, text in sorted(records.items()):
        name.setName(text, number, *WINDOWS_ENGLISH)


def make(font: Font, *, folder: Path, out: Path) -> str:
    """Write one font and return a line that says its size and which wanted signs it lacks."""
    # Keeping the source's time of change makes the output the same on every run.
    with TTFont(folder / font.source, recalcTimestamp=False) as source:
        subset(source, font.characters)
        if font.family == SANS:
            draw_backslash(source)
        rename(source, font)
        source["OS/2"].fsType = 0  # the OFL allows any embedding
        # Nanum's bold calls itself semi-bold, which Qt does not take as an exact match for bold.
        source["OS/2"].usWeightClass = WEIGHTS[font.style]
        target = out / f"{font.postscript_name}.ttf"
        source.save(target, reorderTables=True)
        present = source.getBestCmap()
    lacking = "".join(sign for sign in WANTED if ord(sign) not in present)
    size = target.stat().st_size
    return f"{target.name}: {size:,} bytes, {len(present):,} characters, lacks {lacking or '-'}"


def main() -> None:
    """Make all fonts."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--source", type=Path, default=Path("/usr/share/fonts/truetype"))
    parser.add_argument("--out", type=Path, default=HERE)
    options = parser.parse_args()
    for font in fonts():
        print(make(font, folder=options.source, out=options.out))


if __name__ == "__main__":
    main()
