"""What an object is, in a few words."""

from __future__ import annotations

from gradviz.explain.rows import shape_text
from gradviz.i18n import gettext as _
from gradviz.trace.pipeline import Content

_MOST = 4


def content_text(content: Content | None) -> str:
    """``Tensor float32 (1, 28, 28)``, ``dict: image, label``, ``int 9``, ``tuple of 2``."""
    if content is None or not content.kind:
        return ""
    parts = [content.kind]
    if content.dtype:
        parts.append(content.dtype)
    if content.shape is not None and (content.shape or not content.text):
        parts.append(shape_text(content.shape))
    if content.text:
        parts.append(content.text)
    text = " ".join(parts)
    if content.keys:
        more = ", …" if len(content.keys) > _MOST else ""
        text = f"{text}: {', '.join(content.keys[:_MOST])}{more}"
    elif content.length is not None and not content.text:
        text = _("{kind} of {count}").format(kind=text, count=content.length)
    return text


def contents_text(contents: tuple[Content, ...]) -> str:
    """The same of what several samples have: what is alike is said once."""
    kinds = dict.fromkeys(map(_alike, contents))
    words = list(kinds)
    return ", ".join(words[:_MOST]) + (", …" if len(words) > _MOST else "")


def _alike(content: Content) -> str:
    """What an object is without its value."""
    shape = f" {shape_text(content.shape)}" if content.shape is not None else ""
    return f"{content.kind}{f' {content.dtype}' if content.dtype else ''}{shape}"
