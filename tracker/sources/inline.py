"""What flows within a line: spans of text with their links and styles, and small questions about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tracker.records import Link


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in one style.

    ``href`` is where it links to; spans of one link share ``number``.
    ``image`` is the address of a picture, whose ``text`` is its alternative.
    """

    text: str
    href: str | None = None
    bold: bool = False
    italic: bool = False
    struck: bool = False
    code: bool = False
    image: str | None = None
    number: int = -1


Spans = tuple[Span, ...]

#: Pictographs and the joiners and selectors that go with them.
PICTOGRAPHS = (
    "\u200d\u20e3\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030"
    "\ufe00-\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f"
)
_EDGE_PICTURES = re.compile(rf"^[\s{PICTOGRAPHS}]+|[\s{PICTOGRAPHS}]+$")
_QUOTES = "\"'“”‘’«»„‟‹›「」『』《》〈〉`´"
_BARE_URL = re.compile(r"https?://[^\s<>\"“”‘’`|，。；（）【】]+", re.I)


def words(text: str) -> frozenset[str]:
    """The words of ``text`` as a set."""
    return frozenset(text.split())


def plain(spans: Iterable[Span]) -> str:
    """The text as a reader sees it, pictures left out, ends trimmed; line breaks and runs of spaces stay."""
    return "".join(span.text for span in spans if span.image is None).strip()


def squeezed(text: str) -> str:
    """``text`` on one line with single spaces."""
    return " ".join(text.split())


def readable(text: str) -> str:
    """``text`` with single spaces, its lines kept, bullets begun on lines of their own."""
    text = re.sub(r"\s*[●•▪◦‣]\s*", "\n• ", text)
    lines = (squeezed(line) for line in text.split("\n"))
    return "\n".join(line for line in lines if line and line != "•")


def topic(spans: Iterable[Span]) -> str:
    """A heading's text as a topic: without pictures at its ends, closing colon, or links that only lead back up."""
    kept = [span for span in spans if not (span.href and re.search(r"back to|to top|^\s*[↑⬆🔝]", span.text, re.I))]
    text = _EDGE_PICTURES.sub("", squeezed(plain(kept)))
    return text.rstrip(" :：#").strip()


def without_pictographs(text: str) -> str:
    """``text`` without emoji at its ends."""
    return _EDGE_PICTURES.sub("", text)


def unquoted(text: str) -> str:
    """``text`` without the quotation marks around it, paired or not; an apostrophe at the end of a word stays."""
    text = text.strip()
    inner = text.lstrip(_QUOTES + " ")
    bare = inner.rstrip(" .,;:")
    if bare and bare[-1] in _QUOTES and (len(inner) < len(text) or bare[-1] not in "'’"):
        return bare.rstrip(_QUOTES + " ,")
    return inner


def links(spans: Iterable[Span]) -> tuple[Link, ...]:
    """All links in order, those split by styles made whole; a picture's alternative text counts as label."""
    out: list[tuple[int, str, str]] = []
    for span in spans:
        if span.href is None:
            continue
        if out and out[-1][0] == span.number and out[-1][2] == span.href:
            out[-1] = (span.number, out[-1][1] + span.text, span.href)
        else:
            out.append((span.number, span.text, span.href))
    return tuple(Link(squeezed(label), href) for _, label, href in out)


def bare_urls(text: str) -> tuple[str, ...]:
    """Web addresses written out in ``text``, without the punctuation that follows them."""
    return tuple(_trimmed(match[0]) for match in _BARE_URL.finditer(text))


def without_bare_urls(text: str) -> str:
    """``text`` with the addresses written out in it removed."""
    return _BARE_URL.sub(" ", text)


def is_web(url: str) -> bool:
    """Whether ``url`` leads out to the web (not an anchor, a path or a mail address)."""
    return url.startswith(("http://", "https://"))


def split_at(spans: Spans, found: Span) -> tuple[Spans, Spans]:
    """``spans`` before ``found`` and after it."""
    at = next(i for i, span in enumerate(spans) if span is found)
    return spans[:at], spans[at + 1 :]


def runs(spans: Spans, style: str) -> Iterator[tuple[int, int, str]]:
    """Stretches in which ``style`` ("bold", "italic", "code") holds: start and end index, and the text."""
    start: int | None = None
    for i, span in enumerate((*spans, Span(""))):
        held = bool(getattr(span, style)) and i < len(spans)
        if held and start is None:
            start = i
        elif not held and start is not None:
            yield start, i, squeezed("".join(s.text for s in spans[start:i] if s.image is None))
            start = None


def _trimmed(url: str) -> str:
    url = url.rstrip(".,;:!?'\"*_")
    while url.endswith((")", "]", "}")) and url.count(url[-1]) > url.count({")": "(", "]": "[", "}": "{"}[url[-1]]):
        url = url[:-1].rstrip(".,;:!?'\"*_")
    return url
