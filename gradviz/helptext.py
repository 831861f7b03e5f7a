"""Click commands whose help is translated when it is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from gradviz.i18n import gettext as _

Function = TypeVar("Function", bound=Callable[..., Any])


def _write(text: str, formatter: click.HelpFormatter) -> None:
    for paragraph in _(text).split("\n\n"):
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(paragraph)


def _short(text: str, limit: int) -> str:
    return _(text).partition("\n\n")[0][:limit]


class Verb(click.Command):
    """A command whose help is in the user's language."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write(self.help or "", formatter)

    def get_short_help_str(self, limit: int = 79) -> str:
        return _short(self.help or "", limit)


class Verbs(click.Group):
    """A group of commands whose help is in the user's language."""

    command_class = Verb

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write(self.help or "", formatter)

    def get_short_help_str(self, limit: int = 79) -> str:
        return _short(self.help or "", limit)


class Program(Verbs):
    """The verbs, and a project's name in the place of a verb: its window."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = {"--help", "--version", *self.commands}
        if not args or args[0] not in known:
            args = ["window", *args]
        return super().parse_args(ctx, args)


class Argument(click.Argument):
    """An argument with a line of help, which click itself has only for options."""

    def __init__(self, *args: Any, help: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.help = help

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        help = self.help or ""
        return self.make_metavar(ctx), _(help)


class Option(click.Option):
    """An option whose help is in the user's language."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        kept = self.help or ""
        self.help = _(kept)
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = kept


def option(*names: str, **settings: Any) -> Callable[[Function], Function]:
    """An option of ours."""
    return click.option(*names, cls=Option, **settings)
