"""Text of strangers made harmless for a terminal or a page: what is invisible or steers the display is removed.

Titles and notes come from lists that anybody may edit.  An escape sequence in
one could clear the reader's terminal, and a bidirectional override could make
a link read as another; neither belongs to a paper's title.
"""

from __future__ import annotations

import re
import unicodedata

#: Whole escape sequences: CSI, OSC and the other string commands up to their end, then two-byte escapes.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
#: Controls, bidirectional overrides and isolates, invisible fillers, interlinear marks, lone surrogates.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_BREAKS = re.compile(r"\r\n?|[\u2028\u2029\x85]")
_SPACES = re.compile(r"\s+")
#: More combining marks than any script stacks on one letter; a tall heap of them spills over other lines.
_MARKS_KEPT = 4


def multiline(text: str) -> str:
    r"""``text`` with line breaks as ``\n`` and without anything that steers a display."""
    text = _BREAKS.sub("\n", text)
    if text.isascii() and text.isprintable():
        return text
    return _thin_marks(_HIDDEN.sub("", _ESCAPES.sub("", text)))


def line(text: str, limit: int | None = None) -> str:
    """``text`` on one line; cut to ``limit`` characters, the last of them an ellipsis."""
    flat = _SPACES.sub(" ", multiline(text)).strip()
    return cut(flat, limit) if limit is not None else flat


def cut(text: str, limit: int) -> str:
    """``text`` cut at a word's end where one is near, so that it has at most ``limit`` characters."""
    if len(text) <= limit:
        return text
    head = text[: max(limit - 1, 0)]
    space = head.rfind(" ")
    if space > limit * 0.7:
        head = head[:space]
    return head.rstrip(" ,;:.-") + "…" if limit > 0 else ""


def _thin_marks(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= _MARKS_KEPT:
            kept.append(character)
    return "".join(kept)
