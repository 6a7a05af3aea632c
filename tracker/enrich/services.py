"""The services there are, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tracker.enrich import arxiv, crossref, huggingface, landing, openalex, paperswithcode, semanticscholar, titles
from tracker.enrich.protocol import Service, Traits
from tracker.errors import UsageError
from tracker.settings import Settings

__all__ = ["OPTIONAL", "Service", "Traits", "chain", "services"]


def _makers() -> dict[str, Callable[[], Service]]:
    makers: tuple[Callable[[], Service], ...] = (
        arxiv.Arxiv,
        semanticscholar.SemanticScholar,
        openalex.OpenAlex,
        crossref.Crossref,
        landing.Landing,
        titles.OpenAlexTitle,
        titles.SemanticScholarTitle,
        titles.CrossrefTitle,
        paperswithcode.PapersWithCode,
        paperswithcode.PapersWithCodeResults,
        huggingface.HuggingFace,
    )
    return {make().name: make for make in makers}


#: Asked only when named: what it knows, others know as well.
OPTIONAL = ("huggingface",)


def services(settings: Settings, names: Sequence[str] | None = None) -> tuple[Service, ...]:
    """The services in the order of the chain.

    Args:
        settings: of the library; ``keys`` and ``contact`` are the client's business and not read here.
        names: only these, optional ones too; None means all but the optional ones.

    Raises:
        UsageError: a name that no service has.
    """
    makers = _makers()
    if names is None:
        return tuple(make() for name, make in makers.items() if name not in OPTIONAL)
    if unknown := sorted(set(names) - set(makers)):
        raise UsageError(f"no service is called {unknown[0]!r}", cure=f"one of: {', '.join(makers)}")
    return tuple(make() for name, make in makers.items() if name in names)


def chain(known: Sequence[Service]) -> tuple[str, ...]:
    """The names of the services that are asked for an abstract only, in order."""
    return tuple(service.name for service in known if service.traits.role == "abstract")
