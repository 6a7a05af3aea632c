"""What other programs say where they have no field for it: an arXiv id in a note, labelled lines in "Extra"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from tracker.export.rows import clean

#: An arXiv id that is called one, in any text.
ARXIV = re.compile(r"\barXiv[:\s/.]\s*((?:[a-z-]+(?:\.[A-Z]{2})?/)?\d{4}[.\d]\d{2,5}(?:v\d+)?)", re.IGNORECASE)
#: A line of Zotero's field "Extra", which its exports put into ``note``.
_LABELLED = re.compile(r"(?m)^\s*([A-Za-z][A-Za-z _-]{1,30}):[ \t]*(\S.*)$")
_DOI = re.compile(r"10\.\d{4,9}/\S+")


def arxiv_ids(texts: Iterable[str]) -> Iterator[str]:
    """``arxiv:ID`` for each text that names one."""
    for text in texts:
        if found := ARXIV.search(text):
            yield f"arxiv:{found[1]}"


def identifiers(doi: str, texts: Iterable[str], told: Mapping[str, str]) -> Iterator[str]:
    """The identifiers of an item of Zotero or CSL.

    Args:
        doi: what its own field says.
        texts: where an arXiv id may stand.
        told: its labelled lines, as :func:`labelled` gives them.
    """
    if found := _DOI.search(doi or told.get("doi", "")):
        yield f"doi:{found[0]}"
    yield from arxiv_ids(texts)
    if found := re.match(r"(?:arxiv:)?(\S+)", told.get("arxiv", ""), re.IGNORECASE):
        yield f"arxiv:{found[1]}"


def labelled(text: str, understood: Collection[str] | None = None) -> tuple[str, dict[str, str]]:
    """What a person wrote, and the labelled lines (``Read_Status: Read``, ``arXiv: 1706.03762``) among it.

    Args:
        text: of "Extra" or a note.
        understood: the folded labels that are read, whose lines a person need not see again; None for all.

    Returns:
        The other lines, and what stands behind each label, labels folded (``readstatus``).
    """
    told = {folded(label): value for label, value in _LABELLED.findall(text)}

    def read(line: str) -> bool:
        found = _LABELLED.fullmatch(line)
        return found is not None and (understood is None or folded(found[1]) in understood)

    lines = [line for line in text.split("\n") if not ARXIV.match(line.strip()) and not read(line)]
    return clean("\n".join(lines)), told


def folded(label: str) -> str:
    """A label as letters and digits in lower case, however it is spelled."""
    return "".join(c for c in label.casefold() if c.isalnum())
