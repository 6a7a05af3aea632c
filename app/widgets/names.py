"""What services, steps and concepts are called on a page, from the names that the program has for them."""

from __future__ import annotations

import re
from functools import cache

_SERVICES = {
    "arxiv": "arXiv",
    "semanticscholar": "Semantic Scholar",
    "openalex": "OpenAlex",
    "crossref": "Crossref",
    "openreview": "OpenReview",
    "huggingface": "Hugging Face",
    "landing": "the papers' own pages",
    "paperswithcode": "Papers with Code",
}
_STAGES = {
    "lists": "Reading the lists",
    "entries": "Sorting entries",
    "import": "Bringing in",
    "zotero": "Reading Zotero",
    "embed": "Learning meanings",
    "map": "Drawing the map",
}
#: Where a field of a paper may come from besides services and lists.
_ORIGINS = {
    "starter-shelf": "the starter shelf",
    "import": "an import",
    "export": "an import",
}
#: How a line of an update's summary begins that is about a service.
_BEGINS = re.compile(r"[a-z]+(?:-[a-z]+)?(?=: | could not be asked)")


def is_service(name: str) -> bool:
    """Whether a stage or origin of that name is a service that was asked, in one way or another."""
    return name.partition("-")[0] in _SERVICES


def service(name: str) -> str:
    """A service as people call it: ``arXiv``, ``OpenAlex: by title``, ``Papers with Code: results``."""
    base, _, way = name.partition("-")
    if base not in _SERVICES:
        return name
    return _SERVICES[base] + (f": {'by title' if way == 'title' else way}" if way else "")


def stage(name: str) -> str:
    """A step of an update: what is being done."""
    if name in _STAGES or not is_service(name):
        return _STAGES.get(name, name.capitalize())
    base, _, way = name.partition("-")
    return f"Asking {_SERVICES[base]}" + {"": "", "title": " by title"}.get(way, f" for {way}")


def summary(line: str) -> str:
    """A line of an update's summary, the service that it begins with called as people call it."""
    return _BEGINS.sub(lambda found: service(found[0]), line, count=1) if _BEGINS.match(line) else line


def origin(name: str, list_title: str = "") -> str:
    """Where a field came from: a list by its title, a service, the shelf, an import."""
    return list_title or _ORIGINS.get(name) or service(name)


def concept(slug: str) -> str:
    """A concept by the catalogue's title, without what stands after its colon."""
    title = _titles().get(slug)
    if title is not None:
        return title.split(":")[0]
    return slug.replace("-", " ").capitalize()


@cache
def _titles() -> dict[str, str]:
    from tracker import resources
    from tracker.concepts import catalogue

    return {one.slug: one.title for one in catalogue.load(resources.read_all("concepts"))}
