"""What can be wrong in a user's input: one line that says what, where, and how to mend it."""

from __future__ import annotations

from gradviz.i18n import gettext


class GradvizError(Exception):
    """Something the user can mend.

    ``what`` and ``mend`` are message templates (marked with ``N_``) which ``fields`` fill in. They
    are translated when the error is shown, so a window that changes its language changes them too.
    ``where`` is the place: a file, a JSON path, a block. The command line exits with 2.
    """

    def __init__(self, what: str, *, where: str = "", mend: str = "", **fields: object) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.mend = mend
        self.fields = fields

    def __str__(self) -> str:
        what, mend = gettext(self.what), gettext(self.mend)
        if self.fields:  # another process of torch hands an error on as mere text
            what, mend = what.format(**self.fields), mend.format(**self.fields)
        line = ": ".join(part for part in (self.where, what) if part)
        line = f"{line} → {mend}" if mend else line
        return " ".join(line.split())


class ProjectError(GradvizError):
    """A project file that cannot be read, or does not say what it must."""


class BuildError(GradvizError):
    """A project whose model, data or training cannot be built; ``block`` names the block."""

    def __init__(
        self, what: str, *, block: str = "", where: str = "", mend: str = "", **fields: object
    ) -> None:
        super().__init__(what, where=where or block, mend=mend, **fields)
        self.block = block


class DataError(GradvizError):
    """A dataset or a loader that cannot deliver."""


class DownloadError(DataError):
    """A file that cannot be had from the network, or that is not the one that was asked for."""


class ArchiveError(DataError):
    """An archive that is damaged, or that must not be unpacked; nothing of it was."""


class TraceError(GradvizError):
    """A moment or a value that a trace does not hold."""


class LayoutError(GradvizError):
    """A layout engine that is missing, died, or took too long."""


class OutputError(GradvizError):
    """A file or folder that cannot be written."""


class UsageError(GradvizError):
    """A command whose arguments do not make sense."""


class WrongTypeError(UsageError, TypeError):
    """An argument of another kind than it must be."""


class WrongValueError(UsageError, ValueError):
    """An argument of the right kind with a value that makes no sense."""


class ExpressionError(GradvizError, ValueError):
    """A condition, or an expression over tensors, that cannot be understood; ``column`` counts its
    characters from 1.
    """

    def __init__(
        self, what: str, *, text: str, column: int, mend: str = "", **fields: object
    ) -> None:
        where = text if len(text) <= 80 else f"{text[:79]}…"
        super().__init__(what, where=where, mend=mend, column=column, **fields)
        self.column = column

    def at(self, block: str) -> BuildError:
        """The same of a block whose setting it is."""
        return BuildError(self.what, block=block, mend=self.mend, **self.fields)  # type: ignore[arg-type]
