"""A note in Markdown per paper, for Obsidian and its like: properties in front, the rest as text.

What we write stands between two marks.  Whatever a person writes before or
behind them is theirs, and is still there after the next export; so are
properties of their own.  :mod:`tracker.export.notes_in` reads notes back.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from tracker.export.rows import moment_text, one_line, words
from tracker.records import Paper

BEGIN = "%% paper-tracker begins; what stands up to the end mark is written anew by every export %%"
END = "%% paper-tracker ends %%"
#: Begins a line that Obsidian does not show: whose words follow, by id and times.
NOTE = "%% note "
#: The properties that we write.
OURS = words(
    "id title authors year published venue status rating priority tags tags-as-written identifiers code abstract-source"
    " added aliases"
)
#: What some file system, Obsidian's links or its tags have no place for.
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*#^\[\]]+')
_ID = re.compile(r'(?m)^id: (".*")$')
#: A line of a note that looks like one of our marks, or like one that was escaped before.
_MARK_LIKE = re.compile(r"(?m)^(\\*)(%%)")
#: A line, with what is indented below it, of the properties.
_PROPERTY = re.compile(r"(?m)^([^\s#:][^:\n]*):.*(?:\n(?:[ \t-].*)?(?=\n|$))*")
#: Bytes of a title in a file's name; 255 is what file systems take, and the rest needs some.
_LONGEST = 160
#: Stands in JSON as it is, and not in YAML.
_NOT_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def file_name(paper: Paper) -> str:
    """A name that any system takes; the title, and a few letters that tell apart papers of the same title."""
    title = " ".join(_UNFIT.sub(" ", one_line(paper.title)).split())
    title = title.encode()[:_LONGEST].decode(errors="ignore").strip(". ") or "Untitled"
    return f"{title} {hashlib.sha256(paper.id.encode()).hexdigest()[:6]}.md"


def files(papers: Iterable[Paper], existing: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The files to write.

    Args:
        papers: each becomes one.
        existing: for the id in each file that is there, its name and text; see :func:`id_in`.

    Yields:
        File name and text; a paper whose id has moved up keeps its file.
    """
    for paper in papers:
        held = next((existing[name] for name in (paper.id, *paper.aliases) if name in existing), None)
        if held is None:
            yield file_name(paper), note(paper)
        else:
            yield held[0], note(paper, held[1])


def id_in(text: str) -> str | None:
    """The paper that a file of ours is about; None for any other file."""
    if BEGIN not in text or not text.startswith("---\n"):
        return None
    front = text.removeprefix("---\n").partition("\n---\n")[0]
    if found := _ID.search(front):  # as we write it, and without a parser for YAML
        with suppress(json.JSONDecodeError):
            return str(json.loads(found[1]))
    value = properties(front).get("id")
    return str(value) if isinstance(value, str | int) else None


def properties(front: str) -> dict[str, Any]:
    """The properties in front of a note, in whatever style of YAML an editor left them; {} where it is none."""
    import yaml

    try:
        found = yaml.safe_load(front)
    except (yaml.YAMLError, ValueError, RecursionError):  # ValueError: a date that there is not
        return {}
    return {str(key): value for key, value in found.items()} if isinstance(found, dict) else {}


def note(paper: Paper, old: str = "") -> str:
    """The whole file; from ``old`` what a person wrote around our part is kept."""
    before, _, after = split(old)
    own = "\n".join([BEGIN, *_body(paper), END])
    return f"---\n{_front(paper)}{_others(old)}---\n{before or chr(10)}{own}{after or chr(10)}"


def split(text: str) -> tuple[str, str, str]:
    """What stands before our part, our part without its marks, and what stands behind it."""
    before, begun, rest = text.partition("\n---\n")[2].partition(BEGIN)
    if not begun:
        return "", "", ""
    ended = re.search(rf"(?m)^{re.escape(END)}$", rest)
    return (before, rest[: ended.start()], rest[ended.end() :]) if ended else (before, rest, "")


def _others(old: str) -> str:
    """The properties of an old file that are not ours, as they stand there."""
    if not old.startswith("---\n"):
        return ""
    front = old.removeprefix("---\n").partition("\n---\n")[0]
    kept = [found[0].rstrip("\n") for found in _PROPERTY.finditer(front) if found[1].strip("\"' ") not in OURS]
    return "".join(f"{block}\n" for block in kept)


def _front(paper: Paper) -> str:
    """YAML; each value in JSON, which YAML contains, so that no title can break it."""
    tags = [obsidian_tag(tag) for tag in paper.tags]
    values: dict[str, Any] = {
        "id": paper.id,
        "title": one_line(paper.title),
        "authors": [one_line(author) for author in paper.authors],
        "year": paper.year,
        "published": paper.published.isoformat() if paper.published else None,
        "venue": one_line(paper.venue or "") or None,
        "status": paper.status,
        "rating": paper.rating,
        "priority": paper.priority or None,
        "tags": tags,
        # Obsidian's tags have no blanks: where that changes one, the words are kept beside them
        "tags-as-written": list(paper.tags) if tags != list(paper.tags) else [],
        "identifiers": [str(identifier) for identifier in paper.identifiers],
        "code": [one_line(url) for url in paper.code],
        "abstract-source": paper.abstract_source,
        "added": moment_text(paper.added),
        "aliases": [one_line(paper.title)],
    }
    return "".join(f"{key}: {_yaml(value)}\n" for key, value in values.items() if value not in (None, []))


def _yaml(value: Any) -> str:
    return _NOT_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _body(paper: Paper) -> Iterator[str]:
    yield f"# {_plain(paper.title)}"
    yield ""
    if paper.authors:
        yield _plain(", ".join(paper.authors))
        yield ""
    links = {link.url: link.label for link in paper.urls if link.url.startswith(("https://", "http://"))}
    for url, label in links.items():
        yield f"- [{_plain(label or 'Link')}](<{one_line(url).replace('>', '%3E').replace('<', '%3C')}>)"
    if paper.abstract:
        yield from ("", "## Abstract", "", _plain(paper.abstract))
    if paper.mentions:
        yield from ("", "## Lists", "")
        for mention in paper.mentions:
            place = " / ".join(mention.section)
            yield f"- {_plain(mention.source)}{': ' + _plain(place) if place else ''}"
    if paper.notes:
        yield from ("", "## Notes")
        for written in paper.notes:
            stamp = [written.id, moment_text(written.created), moment_text(written.updated)]
            body = written.body.strip()
            # a line that looks like a mark would end our part, or the note, too early
            yield from ("", f"{NOTE}{_yaml(stamp).replace('%', chr(92) + 'u0025')} %%", _MARK_LIKE.sub(r"\\\1\2", body))
    yield ""


def _plain(text: str) -> str:
    """One line in which nothing is Markdown, HTML or a link of Obsidian's."""
    return re.sub(r"([\\`*_\[\]<>#|~$%^])", r"\\\1", one_line(text))


def obsidian_tag(tag: str) -> str:
    """A tag as Obsidian takes it: without blanks."""
    return re.sub(r"[^\w/-]+", "-", tag).strip("-") or "tag"
