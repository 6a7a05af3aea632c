"""The links of an entry: what each leads to, and which are the paper itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.records import Link
from tracker.sources.evidence import (
    LinkRole,
    arxiv_ids,
    is_mention,
    label_role,
    on_paper_host,
    role_of,
    speaks_of_a_work,
)
from tracker.sources.inline import Spans, bare_urls, is_web, squeezed, without_bare_urls


@dataclass(frozen=True, slots=True)
class ReadLink:
    """A link with what it leads to; ``own`` labels are words of their own, others ("[pdf]") name a role."""

    link: Link
    role: LinkRole
    own: bool


def read_links(spans: Spans, column: LinkRole | None = None) -> tuple[ReadLink, ...]:
    """The links of ``spans`` in order, addresses written out among them; ``column`` is what their column holds."""
    out: list[ReadLink] = []
    seen: set[str] = set()
    for label, url, picture in _labelled(spans):
        if url in seen or not is_web(url):
            continue
        seen.add(url)
        named = label_role(label)
        role = role_of(url, label)
        spoken = is_mention(label) and (named is not None or speaks_of_a_work(label))
        if spoken:
            role = "beside"
        elif column is not None and role in ("open", "code" if column == "paper" and named is None else "open"):
            role = column
        out.append(ReadLink(Link(label, url), role, named is None and not spoken and bool(label) and not picture))
    return tuple(out)


def identity(found: Sequence[ReadLink], own: ReadLink | None) -> tuple[str | None, tuple[str, ...]]:
    """The paper's own link and further links to the same work.

    The title's link is it unless only another link leads to a paper (titles
    also link to project pages and code).  Links with labels of their own
    lead to other works.  Two different arXiv ids are two works.
    """
    papers = [link for link in found if link.role == "paper" and (not link.own or link is own)]
    if own is not None and (own.role == "paper" or not papers):
        first: ReadLink | None = own
    elif papers:
        first = min(papers, key=lambda link: not on_paper_host(link.link.url))
    else:
        open_links = [link for link in found if link.role == "open"]
        other_papers = [link for link in found if link.role == "paper"]
        first = next(iter([*other_papers, *open_links, *found]), None)
    if first is None:
        return None, ()
    ids = arxiv_ids(first.link.url)
    same: list[str] = []
    for link in papers:
        theirs = arxiv_ids(link.link.url)
        if link is first or (ids and theirs and ids != theirs):
            continue
        ids = ids or theirs
        same.append(link.link.url)
    return first.link.url, tuple(dict.fromkeys(same))


def without_labels(text: str, found: Sequence[ReadLink]) -> str:
    """``text`` without addresses, labels that only name a role, and the brackets that stood around them."""
    labels = [link.link.label for link in found if not link.own and link.link.label]
    for label in sorted(labels, key=len, reverse=True):
        text = re.sub(rf"\[*\(?{re.escape(label)}\)?\]*", " ", text)
    return re.sub(r"\[\s*[|,;/]*\s*\]|\(\s*[|,;/]*\s*\)|\[\[|\]\]", " ", without_bare_urls(text))


def _labelled(spans: Spans) -> Iterable[tuple[str, str, bool]]:
    """Label and address of each link, and whether it is a picture (a badge).

    An address written out is labelled by the field before it ("Paper: https://…").
    """
    i = 0
    while i < len(spans):
        span = spans[i]
        if span.href is not None:
            parts = [span]
            while i + 1 < len(spans) and spans[i + 1].href == span.href and spans[i + 1].number == span.number:
                i += 1
                parts.append(spans[i])
            written = squeezed("".join(part.text for part in parts if part.image is None))
            label = written or squeezed("".join(part.text for part in parts))
            yield ("" if label.startswith(("http://", "https://")) else label), span.href, not written
        elif span.image is None and "http" in span.text:
            for line in span.text.split("\n"):
                for url in bare_urls(line):
                    field = line[: line.find(url)].strip(" -*•|([<:：")
                    yield (field if label_role(field) else ""), url, False
        i += 1
