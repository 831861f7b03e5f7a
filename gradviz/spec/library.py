"""The user's library: composites kept for other projects, a JSON file each. It holds no code."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec
import platformdirs
from msgspec import Struct
from msgspec.structs import replace

from gradviz.errors import ProjectError, UsageError
from gradviz.files import folder, writing
from gradviz.i18n import N_
from gradviz.spec.check import check_model
from gradviz.spec.codec import LARGEST, complaint
from gradviz.spec.model import Composite, Model

FORMAT = 1
VARIABLE = "GRADVIZ_LIBRARY"
"""The environment variable that names another folder than the platform's."""


class Kept(Struct, frozen=True, forbid_unknown_fields=True):
    """What a file holds: a composite as the last, and before it those that it needs."""

    format: int
    composites: tuple[Composite, ...]

    @property
    def composite(self) -> Composite:
        """The one that was kept."""
        return self.composites[-1]


class Library:
    """Composites in a folder, by their names."""

    def __init__(self, place: str | os.PathLike[str] | None = None) -> None:
        self.folder = default_folder() if place is None else Path(place)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all that is kept, also of what cannot be read."""
        return tuple(sorted(file.stem for file in self.folder.glob("*.json")))

    def keep(self, model: Model, name: str, *, over: bool = False) -> Path:
        """Write a composite of the model, with those that it needs; ``over`` one of the same name.

        Gives the file. Raises `UsageError` for a name that is not there, or is taken, and
        `OutputError`.
        """
        kept = Kept(FORMAT, needed(model, name))
        file = self._file(name)
        taken = {known.casefold() for known in self.names}
        if not over and name.casefold() in taken and not self._holds(kept):
            raise UsageError(
                N_("the library has another composite “{name}”"),
                where=str(file),
                mend=N_("give yours another name, or write over the old one"),
                name=name,
            )
        folder(self.folder)
        with writing(file) as stream:
            stream.write(msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n")
        return file

    def load(self, name: str) -> Kept:
        """What was kept under a name. Raises `UsageError` if there is none, `ProjectError` for a
        file that was damaged.
        """
        file = self._file(name)
        if name not in self.names:
            raise UsageError(
                N_("the library has no composite “{name}”"),
                where=str(self.folder),
                mend=N_("it has: {known}"),
                name=name,
                known=", ".join(self.names) or "-",
            )
        return _read(file, name)

    def put(self, model: Model, name: str) -> Model:
        """The model with a composite of the library, and those that it needs, among its own.

        One that is there with the same content is taken for it. Raises `UsageError` for one with
        other content, besides what `load` raises.
        """
        return joined(model, self.load(name).composites)

    def remove(self, name: str) -> None:
        """Take a composite out of the library; projects that have it keep it. Raises `UsageError`
        if there is none.
        """
        if name in self.names:
            self._file(name).unlink()
        else:
            self.load(name)

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _holds(self, kept: Kept) -> bool:
        name = kept.composite.name
        try:
            return name in self.names and _bare(self.load(name)) == _bare(kept)
        except ProjectError:
            return False


def default_folder() -> Path:
    """Where the library is: where the variable says, or the user's data of the platform."""
    asked = os.environ.get(VARIABLE)
    if asked:
        return Path(asked)
    return platformdirs.user_data_path("gradviz", appauthor=False) / "composites"


def needed(model: Model, name: str) -> tuple[Composite, ...]:
    """A composite as the last, and before it those that it needs, in the order of the model.

    Raises `UsageError` for a name that the model has not.
    """
    known = {composite.name: composite for composite in model.composites}
    if name not in known:
        raise UsageError(
            N_("the model has no composite “{name}”"),
            mend=N_("it has: {known}"),
            name=name,
            known=", ".join(known) or "-",
        )
    waiting, found = [name], {name}
    while waiting:
        kinds = {block.kind for block in known[waiting.pop()].blocks} & set(known)
        waiting += kinds - found
        found |= kinds
    inner = (each for each in model.composites if each.name in found and each.name != name)
    return (*inner, known[name])


def joined(model: Model, composites: Iterable[Composite]) -> Model:
    """The model with these composites among its own. Raises `UsageError` if it has another one of
    the same name.
    """
    present = {each.name: each for each in model.composites}
    new = []
    for each in composites:
        if each.name not in present:
            new.append(each)
        elif _placeless(present[each.name]) != _placeless(each):
            raise UsageError(
                N_("the model has another composite “{name}”"),
                where=each.name,
                mend=N_("rename the one in the model first"),
                name=each.name,
            )
    return replace(model, composites=(*model.composites, *new))


def _read(file: Path, name: str) -> Kept:
    mend = N_("keep the composite again, or remove the file")
    try:
        if file.stat().st_size > LARGEST:
            raise OSError(0, "it is larger than 16 MiB")
        kept = msgspec.json.decode(file.read_bytes(), type=Kept)
    except msgspec.ValidationError as error:
        raise complaint(error, str(file)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProjectError(
            N_("is not JSON ({reason})"), where=str(file), mend=mend, reason=error
        ) from error
    except OSError as error:
        raise ProjectError(
            N_("cannot be read ({reason})"), where=str(file), mend=mend, reason=error.strerror
        ) from error
    if kept.format != FORMAT or not kept.composites or kept.composite.name != name:
        raise ProjectError(
            N_("is no composite “{name}” of this version"), where=str(file), mend=mend, name=name
        )
    check_model(Model((), (), kept.composites), where=str(file))
    return kept


def _bare(kept: Kept) -> frozenset[bytes]:
    return frozenset(msgspec.json.encode(_placeless(each)) for each in kept.composites)


def _placeless(composite: Composite) -> Composite:
    """The composite without the places of its blocks on the canvas."""
    blocks = tuple(replace(block, position=None) for block in composite.blocks)
    return replace(composite, blocks=blocks)
