"""Datasets of Hugging Face's library, as it saved them to a folder."""

from __future__ import annotations

from typing import Any

from torch.utils.data import Dataset

from gradviz.data.reading.extras import needed
from gradviz.data.reading.files import folder, unreadable
from gradviz.data.tables import DATASETS
from gradviz.errors import DataError
from gradviz.i18n import N_

REFUSALS = (
    *(OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, RuntimeError),
    ImportError,
)
"""What the library raises for damaged folders, and for features whose reader is not there."""


class SavedSamples(Dataset[dict[str, Any]]):
    """A dataset that ``save_to_disk`` wrote. A sample is a dict; its numbers are tensors.

    ``classes`` are the names of the label, which is the first that has names if none is said.
    """

    classes: tuple[str, ...]

    def __init__(self, path: str, split: str, columns: tuple[str, ...], label: str) -> None:
        self.path = str(folder(path))
        library = needed("datasets", "huggingface", where=self.path)
        try:
            held = library.load_from_disk(self.path)
        except REFUSALS as error:
            raise DataError(
                N_("cannot be read as a dataset of Hugging Face ({reason})"),
                where=self.path,
                mend=N_("give the folder that save_to_disk has written"),
                reason=str(error).partition("\n")[0] or type(error).__name__,
            ) from error
        if isinstance(held, library.DatasetDict):
            held = self._split(held, split)
        known = list(held.features)
        for name in (*columns, *([label] if label else [])):
            if name not in known:
                raise DataError(
                    N_("there is no column “{name}”"),
                    where=self.path,
                    mend=N_("set {setting} to one of: {known}"),
                    name=name,
                    setting="columns",
                    known=", ".join(known[:30]),
                )
        if not len(held):
            raise DataError(
                N_("there is no row of data in it"),
                where=self.path,
                mend=N_("give another file"),
            )
        self._samples = held.with_format("torch", columns=list(columns) or None)
        names = {
            name: tuple(each.names)
            for name, each in held.features.items()
            if getattr(each, "names", None)
        }
        found = names.get(label) if label else next(iter(names.values()), None)
        if found:
            self.classes = found

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, index: int) -> dict[str, Any]:
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        try:
            found: dict[str, Any] = self._samples[index]
        except REFUSALS as error:
            raise unreadable(self.path, error) from error
        return found

    def _split(self, held: Any, split: str) -> Any:
        if split in held:
            return held[split]
        raise DataError(
            N_("there is no split “{split}”"),
            where=self.path,
            mend=N_("set split to one of: {known}"),
            split=split,
            known=", ".join(held),
        )


@DATASETS.add("files")
def HuggingFace(
    path: str = "", split: str = "train", columns: tuple[str, ...] = (), label: str = ""
) -> SavedSamples:
    """A dataset that Hugging Face's “datasets” has saved to a folder with save_to_disk: dicts with
    the columns that you name, else all. Nothing is downloaded, and no code of it runs.
    """
    return SavedSamples(path, split, columns, label)
