"""People in lists: when words are names, and which words of an entry are its authors."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.sources.dates import VENUE, YEAR
from tracker.sources.inline import PICTOGRAPHS, Spans, readable, runs, squeezed, words

_PARTICLES = words(
    "van von der den de del della di da do dos du la le el al bin ibn ten ter zu zur af av y e jr sr ii iii"
)
_INITIAL = r"(?:[A-ZÀ-ÖØ-Þ]\.?-?){1,3}"
_WORD = re.compile(r"[^\W\d_][\w.'’`´ˆ¨¸-]*", re.U)
_ET_AL = re.compile(r"[,;]?\s*\b(?:et\.?\s*al\.?|and (?:others|colleagues)|others|etc\.?)(?=\W|$)", re.I)
#: What lists of authors are made of: capitalised words, initials, what joins them.
_NAMELIKE = re.compile(r"[A-ZÀ-ÖØ-Þ][\w.'’-]*[,;.:]?|and|&|et|al\.?,?|von|van|de|der|den|la|le|di|da|by|[\W\d]+", re.U)
_ORGANISATION = re.compile(
    r"\b(?:universit\w+|institute|college|labs?|laborator\w+|research|google|microsoft|meta|facebook|openai|deepmind|nvidia"
    r"|amazon|apple|alibaba|tencent|baidu|huawei|stanford|berkeley|mit|cmu|team|group|inc|corp\w*|center|centre|academy"
    r"|transactions|journal|letters|conference|learning|intelligence|systems?|networks?|models?|language|vision|neural"
    r"|preprint|arxiv|neurips|nature|science|proceedings|workshop|press|survey|paper|code|blog)\b",
    re.I,
)
_DATED_BRACKET = re.compile(rf"[(\[][^()\[\]]{{0,40}}{YEAR}[^()\[\]]{{0,20}}[)\]]")
#: "Stone, A. B., & Sand, C.": last names each followed by initials.
_INITIALLED_NAME = re.compile(r"([^\W\d_][\w'’-]+),\s+((?:[A-Z]\.?[\s-]*)+)", re.U)
_INITIALLED = re.compile(r"(?:(?:and\s+|&\s*)?[^\W\d_][\w'’-]+,\s+(?:[A-Z]\.?[ -]?){1,4},\s*)+", re.U)
#: A longer stretch of text, or one of more parts, is no list of authors.
_LONGEST, _MOST_PARTS = 4000, 400


def people(text: str) -> tuple[str, ...]:
    """The names in ``text`` when it is nothing but names ("Zou and Hastie", "Hornik, Kurt; White, Halbert"); else ().

    "et al." is dropped.  Names parted by semicolons, or as BibTeX parts them
    ("Hornik, Kurt and White, Halbert"), are turned to "First Last".
    """
    text = squeezed(_ET_AL.sub("", squeezed(text))).strip(" ,;:*_&-–—")
    text = re.sub(r"^\.+|(?<!\b[A-Z])\.+$", "", text).strip()
    if not text or len(text) > _LONGEST:
        return ()
    joined_by_and = [part.strip(" ,") for part in re.split(r"\s+and\s+", text)]
    if _INITIALLED.fullmatch(f"{text},"):
        return tuple(f"{first.strip()} {last}" for last, first in _INITIALLED_NAME.findall(text))
    if ";" in text:
        parts = [_first_last(part) for part in text.split(";")]
    elif len(joined_by_and) > 1 and all(part.count(",") == 1 for part in joined_by_and):
        parts = [_first_last(part) for part in joined_by_and]  # as BibTeX writes them
    else:
        parts = re.split(r"\s*,\s*(?:and\b|&)?\s*|\s+and\s+|\s*&\s*", text)
    names = [part.strip(" .,*_") if not re.search(r"\b\w\.$", part.strip()) else part.strip(" ,*_") for part in parts]
    names = [name for name in names if name]
    return tuple(names) if names and all(_is_name(name) for name in names) else ()


def authors_in(spans: Spans, before: str, after: str, title: str) -> tuple[tuple[str, ...], str]:
    """Authors of an entry, and what else is said after its title.

    They are looked for in italics first, then in front of the title
    (``before``), then in each part of what follows it (``after``).
    """
    for start, _, run in runs(spans, "italic"):
        bracketed = start > 0 and spans[start - 1].text.rstrip().endswith(("(", "（"))
        alone = not bracketed and not re.search(YEAR, run)  # "Neural Computation 1991" is no person
        if run not in title and (names := names_in(run, alone=alone)):
            return names, readable(_tidied(after.replace(run, " ", 1)))
    if names := names_in(re.sub(r"^.*?\b(?:by|authors?)[:：\s]+", "", before).rstrip(' "“')):
        return names, readable(_tidied(after))
    for line in after[:_LONGEST].split("\n"):
        for part in re.split(r"\s[-–—|]\s|\s*[·•]\s*|(?<=[^\W\d_]{3}\.)\s+(?=[A-Z])", line):
            bare = re.sub(r"^(?:by|authors?)\b[:：\s]*", "", _tidied(_DATED_BRACKET.sub(" ", part)), flags=re.I)
            for names, rest in _prefixes(bare):
                return names, readable(
                    _tidied(after.replace(part, f"{' '.join(_DATED_BRACKET.findall(part))} {rest}", 1))
                )
    return (), readable(_tidied(after))


def leads_with_names(text: str) -> int:
    """How many words of ``text``, which stands before a title, belong to no name."""
    if not text or people(text) or names_in(text):
        return 0
    return len([word for word in text.split() if not _NAMELIKE.fullmatch(word.strip("\"'“”*"))])


def _prefixes(part: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Names that ``part`` consists of or begins with, longest first, and what follows them."""
    pieces = re.split(r"(,\s+|\s+\()", part)
    if len(pieces) > _MOST_PARTS or len(part) > _LONGEST or not people(pieces[0]):
        return
    for end in range(len(pieces), 0, -2):
        if names := names_in("".join(pieces[:end])):
            yield names, "".join(pieces[end:])
            return


def names_in(text: str, *, alone: bool = False) -> tuple[str, ...]:
    """``text`` as authors, more strictly than :func:`people`: no organisations and no venues.

    A single name counts only if it is ``alone``, abbreviated or followed by "et al.".
    """
    text = re.sub(rf"[\d{PICTOGRAPHS}]+|\([^()]*\)", " ", text)
    if leader := re.match(r"(.*?\bet\.?\s+al\b)", text, re.S):
        text = leader[1]
    if not text.strip() or _ORGANISATION.search(text) or VENUE.search(text):
        return ()
    names = _turned(people(text), text)
    several = bool(re.search(r"\bet\.?\s+al\b", text))
    full = [name for name in names if len(name.split()) >= 2]
    if not names or (len(full) < len(names) and not several):
        return names if alone and len(names) > 1 else ()
    return names if several or alone or len(names) > 1 or re.search(r"\b[A-Z]\.", text) else ()


def _turned(names: tuple[str, ...], text: str) -> tuple[str, ...]:
    """The first name turned round where a citation gives it as "Last, First" ("LeCun, Yann, Yoshua Bengio, and …")."""
    if len(names) < 2 or len(names[0].split()) > 1 or not re.match(re.escape(names[0]) + r"\s*,", text.strip()):
        return names
    cited = all(len(name.split()) >= 2 for name in names[2:]) and (len(names) > 2 or re.search(r",\s*et\.?\s+al", text))
    return (f"{names[1]} {names[0]}", *names[2:]) if cited else names


def _first_last(name: str) -> str:
    last, comma, first = name.strip().partition(",")
    return f"{first.strip()} {last.strip()}" if comma else last


def _is_name(text: str) -> bool:
    """Up to six words, each capitalised, an initial or a particle; at least one that is neither of the last two."""
    parts = re.sub(r"\([^()]*\)|\"[^\"]*\"|[*†‡§¶∗]", " ", text).split()
    if not 1 <= len(parts) <= 6:
        return False
    full = 0
    for word in parts:
        bare = word.strip(".,")
        if bare.casefold() in _PARTICLES or re.fullmatch(_INITIAL, word):
            full += bare[:1].isupper() and len(bare) > 1 and bare.casefold() not in _PARTICLES
            continue
        if not _WORD.fullmatch(word) or not (bare[:1].isupper() or not bare.isascii() or "'" in bare):
            return False
        full += 1
    return full > 0


def _tidied(text: str) -> str:
    return re.sub(r"^[\s,.;:|)\]\"”'*-]+|[\s,;:|(\[*-]+$", "", text)
