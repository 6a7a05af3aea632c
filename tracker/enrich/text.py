"""Text of services as the library keeps it: folded, harmless, and empty where it says nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from selectolax.lexbor import LexborHTMLParser

MAX_TITLE = 1_000
MAX_ABSTRACT = 20_000

_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
_NOBODY = re.compile(
    r"(?:authors?|names?)?\s*(?:unknown|not available|n/?a|none|null|anonymous(?: authors?)?|author|authors)"
    r"|unknown authors?|et al\.?|and others|others|\W*",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|ph\.?d|md)\.?", re.IGNORECASE)
_DAY = re.compile(r"(?<!\d)(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_HEADING = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_BLOCK_END = re.compile(r"</(?:p|sec|list-item|li|div|tr|h\d)>|<br\s*/?>", re.IGNORECASE)
_ABSTRACT_WORD = re.compile(r"(?:abstract|summary)\s*[:.\u2014-]?\s*", re.IGNORECASE)
_GITHUB = re.compile(r"https?://(?:www\.)?github\.com/([\w.-]+/[\w.-]+)", re.IGNORECASE)


def clean(value: object, limit: int = MAX_ABSTRACT) -> str | None:
    """A string on one line, without control characters and lone surrogates; None when nothing is left."""
    if not isinstance(value, str):
        return None
    return " ".join(_UNSAFE.sub(" ", value).split())[:limit].strip() or None


def people(names: Iterable[object]) -> tuple[str, ...]:
    """The authors; placeholders such as "Author Unknown" are nobody, "Curie, Marie" is Marie Curie."""
    found = (clean(name, 300) for name in names)
    return tuple(_given_first(name) for name in found if name and not _NOBODY.fullmatch(name))


def _given_first(name: str) -> str:
    family, comma, given = name.partition(",")
    if not comma or "," in given or not given.strip() or _SUFFIX.fullmatch(given.strip()):
        return name
    return f"{given.strip()} {family.strip()}"


def day_and_year(value: object) -> tuple[date | None, int | None]:
    """The day, where the text names one, and the year."""
    text = clean(value, 60)
    if not text:
        return None, None
    if match := _DAY.search(text):
        try:
            day = date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            pass
        else:
            return day, day.year
    year = _YEAR.search(text)
    return None, int(year[1]) if year else None


def year_of(value: object) -> int | None:
    """A year that a paper may have, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 1500 <= value <= 2200 else None


def plain(markup: object) -> str | None:
    """The text of JATS or HTML, without a heading that only says "Abstract"."""
    if not isinstance(markup, str) or not markup.strip():
        return None
    text = re.sub(r"<(/?)(?:jats|mml):", r"<\1", markup[: 5 * MAX_ABSTRACT])
    text = _HEADING.sub(_heading, text)
    text = _BLOCK_END.sub(lambda match: match[0] + " ", text)
    body = LexborHTMLParser(f"<body>{text}</body>").body
    found = clean(body.text(separator="") if body else None)
    return without_label(found)


def without_label(text: str | None) -> str | None:
    """The text without a leading "Abstract:"."""
    if not text:
        return None
    label = _ABSTRACT_WORD.match(text)
    if label and re.search(r"[:.\u2014-]", label[0]):
        text = text[label.end() :]
    return text or None


def _heading(match: re.Match[str]) -> str:
    heading = " ".join(match[1].split()).rstrip(":.")
    return "" if _ABSTRACT_WORD.fullmatch(heading) or not heading else f"{heading}: "


def repositories(*texts: str | None) -> tuple[str, ...]:
    """The GitHub repositories that texts name, each once, in order."""
    found = (match[1].rstrip(".").removesuffix(".git") for text in texts if text for match in _GITHUB.finditer(text))
    return tuple(dict.fromkeys(f"https://github.com/{name}" for name in found))


def doi_of(value: object) -> str | None:
    """A DOI in lower case without its resolver, or None; DOIs that arXiv mints name the arXiv id and are left out."""
    text = clean(value, 300)
    if not text:
        return None
    doi = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", text, flags=re.IGNORECASE).casefold()
    if not re.fullmatch(r"10\.\d{4,9}/\S+", doi) or doi.startswith("10.48550/"):
        return None
    return doi


def folded(text: str) -> str:
    """Letters and digits only, without case and accents, one space between words."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", "".join(c for c in decomposed if not unicodedata.combining(c))))
