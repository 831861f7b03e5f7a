"""Why an address did not deliver, between the rounds of a download."""

from __future__ import annotations

from gradviz.i18n import gettext


class FailedError(Exception):
    """``what`` is a message template that ``fields`` fill in."""

    unreached = False
    """Nobody was there, as without a network."""
    wait = 0.0
    """The seconds that the server asks for before the next try."""

    def __init__(self, what: str, **fields: object) -> None:
        super().__init__(what)
        self.what = what
        self.fields = fields

    def __str__(self) -> str:
        return gettext(self.what).format(**self.fields) if self.fields else gettext(self.what)


class BrokenError(FailedError):
    """It may go better the next time."""


class RefusedError(FailedError):
    """This address will not deliver the file."""
