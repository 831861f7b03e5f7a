"""Bring the catalogues up to date: collect the texts of gradviz, merge them, compile.

Run it after changing a text: ``python assets/translations/update.py``. New texts appear in each
``gradviz.po`` with an empty translation; fill them in and run it again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
METHODS = [("gradviz/**.py", "python"), ("assets/templates/**.html", "jinja2.ext:babel_extract")]
CATALOGUES = ("gradviz/blocks", "gradviz/data")
"""Where each function or class that a decorator adds to a catalogue tells what it does."""
STAMP = datetime(2026, 1, 1, tzinfo=UTC)  # equal texts make equal files
KEYWORDS = {"_": None, "N_": None, "gettext": None}


def collected() -> Catalog:
    """All texts that are marked in the code and the templates, without their places."""
    catalogue = Catalog(project="gradviz", charset="utf-8")
    found = extract_from_dir(str(ROOT), METHODS, keywords=KEYWORDS, directory_filter=_ours)
    texts = {str(message) for _file, _line, message, _notes, _context in found}
    for text in sorted(texts | set(summaries())):
        catalogue.add(text)
    return catalogue


def summaries() -> Iterator[str]:
    """The first paragraphs of what is added to a catalogue, each as one line."""
    for folder in CATALOGUES:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                made = isinstance(node, ast.FunctionDef | ast.ClassDef)
                if made and any(map(_adds, node.decorator_list)):
                    yield " ".join((ast.get_docstring(node) or "").partition("\n\n")[0].split())


def _adds(decorator: ast.expr) -> bool:
    """Whether it is ``BLOCKS.add(…)`` or one like it."""
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr == "add"
    )


def merged(file: Path) -> Catalog:
    """The catalogue in the file with exactly the texts of today."""
    with file.open("rb") as stream:
        catalogue = read_po(stream, locale=file.parent.parent.name, domain="gradviz")
    catalogue.update(collected(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.creation_date = catalogue.revision_date = STAMP
    return catalogue


def main() -> None:
    """Update and compile every language."""
    for file in sorted(HERE.glob("*/LC_MESSAGES/gradviz.po")):
        catalogue = merged(file)
        with file.open("wb") as stream:
            write_po(stream, catalogue, width=100, sort_output=True, omit_header=False)
        with file.with_suffix(".mo").open("wb") as stream:
            write_mo(stream, catalogue)
        empty = [message.id for message in catalogue if message.id and not message.string]
        language = file.parent.parent.name
        print(f"{language}: {len(catalogue)} texts, {len(empty)} without translation")
        for text in empty:
            print(f"  {text!r}")


def _ours(folder: str) -> bool:
    return not any(part.startswith(".") or part == "tests" for part in Path(folder).parts[-1:])


if __name__ == "__main__":
    main()
