"""Options that several commands share."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most so many.")]
Offset = Annotated[int, typer.Option("--offset", min=0, help="Leave out so many first ones.")]

BRINGING, FINDING, READING, KEEPING = "Bringing in", "Finding", "Reading", "Looking after"
LEARNING = "Understanding"

#: Lets ``-word`` through to the query.  Such a command may have no one-letter option, not even -h: -hope is a word.
QUERY_SETTINGS = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


class Mode(Enum):
    """How to search."""

    hybrid = "hybrid"
    words = "words"
    meaning = "meaning"


class Order(Enum):
    """How a list is ordered."""

    added = "added"
    published = "published"
    endorsed = "endorsed"
    title = "title"
    priority = "priority"


class Format(Enum):
    """What an export is written as."""

    jsonl = "jsonl"
    bibtex = "bibtex"
    ris = "ris"
    csv = "csv"
    csljson = "csljson"
    markdown = "markdown"


def query_of(words: list[str] | None) -> str:
    """The words of a query as one text.

    Raises:
        UsageError: a word looks like a mistyped option.
    """
    from tracker.cli.edge import wrong_use

    for word in words or ():
        if word.startswith("--") and len(word) > 2:
            raise wrong_use(
                f"there is no option {word!r} here", "see --help; put a query that starts so in quotes with a space"
            )
    return " ".join(words or ())
