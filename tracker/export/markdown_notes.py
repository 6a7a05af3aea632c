"""A note in Markdown per paper, for Obsidian and its like: properties in front, the rest as text.

What we write stands between two marks.  Whatever a person writes before or
behind them is theirs, and is still there after the next export.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracker.export.rows import one_line
from tracker.records import Paper

BEGIN = "%% paper-tracker begins; what stands up to the end mark is written anew by every export %%"
END = "%% paper-tracker ends %%"
#: What some file system, Obsidian's links or its tags have no place for.
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*#^\[\]]+')
_ID = re.compile(r'(?m)^id: (".*")$')
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
    found = _ID.search(text.partition("\n---\n")[0])
    if found is None:
        return None
    try:
        value = json.loads(found[1])
    except json.JSONDecodeError:
        return None
    return value if isinstance(value, str) else None


def note(paper: Paper, old: str = "") -> str:
    """The whole file; from ``old`` what a person wrote around our part is kept."""
    before, _, rest = old.partition("\n---\n")[2].partition(BEGIN)
    after = rest.partition(END)[2] if END in rest else ""
    own = "\n".join([BEGIN, *_body(paper), END])
    return f"---\n{_front(paper)}---\n{before or chr(10)}{own}{after or chr(10)}"


def _front(paper: Paper) -> str:
    """YAML; each value in JSON, which YAML contains, so that no title can break it."""
    values: dict[str, Any] = {
        "id": paper.id,
        "title": one_line(paper.title),
        "authors": [one_line(author) for author in paper.authors],
        "year": paper.year,
        "published": paper.published.isoformat() if paper.published else None,
        "status": paper.status,
        "rating": paper.rating,
        "tags": [_tag(tag) for tag in paper.tags],
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
            # a mark inside a note would end our part too early
            yield from ("", written.body.replace(END, "").replace(BEGIN, "").strip())
    yield ""


def _plain(text: str) -> str:
    """One line in which nothing is Markdown, HTML or a link of Obsidian's."""
    return re.sub(r"([\\`*_\[\]<>#|~$%^])", r"\\\1", one_line(text))


def _tag(tag: str) -> str:
    """Obsidian's tags have no blanks."""
    return re.sub(r"[^\w/-]+", "-", tag).strip("-") or "tag"
