"""Hugging Face daily papers: what people put forward there in the last days."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.errors import ParseError
from tracker.records import Document, Entry, Link, Parsed, Problem, Request, SourceSpec
from tracker.sources import json_answers as answers

_API = "https://huggingface.co/api/daily_papers"
#: The most that one answer holds.
_HOW_MANY = 100


class HuggingFace:
    """The kind ``huggingface``."""

    name = "huggingface"
    rolling = True

    def requests(self, spec: SourceSpec) -> tuple[Request, ...]:
        """The latest papers of all days."""
        return (Request(_API, params=(("limit", str(_HOW_MANY)),)),)

    def follow(self, spec: SourceSpec, documents: Sequence[Document]) -> tuple[Request, ...]:
        """Nothing: one answer reaches back several days."""
        return ()

    def parse(self, spec: SourceSpec, documents: Sequence[Document]) -> Parsed:
        """The papers of the answer; items without id or title become problems.

        Raises:
            ParseError: the answer is not a list of papers.
        """
        entries: list[Entry] = []
        problems: list[Problem] = []
        for document in documents:
            for number, item in enumerate(answers.items(document, "papers", "results"), 1):
                paper = item.get("paper", item) if isinstance(item, dict) else None
                entry = _entry(paper) if isinstance(paper, dict) else None
                if entry is not None:
                    entries.append(entry)
                else:
                    problems.append(Problem(f"daily_papers:{number}", "an item without an id or a title"))
        if problems and not entries:
            raise ParseError(f"{spec.url} answered with {len(problems)} items and no paper among them")
        return Parsed(tuple(entries), tuple(problems))


def _entry(paper: answers.Item) -> Entry | None:
    title, arxiv = answers.text(paper, "title"), answers.arxiv_id(paper, "id")
    if title is None or arxiv is None:
        return None
    url, forum = f"https://arxiv.org/abs/{arxiv}", f"https://huggingface.co/papers/{arxiv}"
    code = answers.text(paper, "githubRepo")
    published = answers.day(paper, "publishedAt")
    return Entry(
        title=title,
        url=url,
        same_as=(forum,),
        links=(Link("arXiv", url), Link("Hugging Face", forum), *((Link("GitHub", code),) if code else ())),
        authors=answers.names(paper, "authors"),
        year=published.year if published else None,
        section=("Daily papers",),
        abstract=answers.text(paper, "summary"),
        published=published,
        code=(code,) if code else (),
        document="daily_papers",
    )
