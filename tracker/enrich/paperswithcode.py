"""paperswithcode.co, which carries on the idea of the site that was shut down in July 2025: code and leaderboards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tracker.enrich.answers import garbled, json_object, mapping, needed_list, objects
from tracker.enrich.protocol import Traits
from tracker.enrich.subject import Question, Subject
from tracker.enrich.text import clean
from tracker.records import BenchmarkResult, Document, Link, Metadata, Request

API = "https://paperswithcode.co/api/v1"
NAME = "paperswithcode"
RESULTS = "paperswithcode-results"
PAGE = 100


def _keys(subject: Subject) -> tuple[str, ...]:
    return tuple(f"arxiv:{value}" for value in subject.values("arxiv"))[:1]


class PapersWithCode:
    """The repositories of an arXiv paper, official ones first."""

    name = NAME
    traits = Traits(role="extra", refresh_days=7.0)

    def keys(self, subject: Subject) -> tuple[str, ...]:
        """The arXiv id."""
        return _keys(subject)

    def request(self, questions: Sequence[Question]) -> Request:
        """One paper with what belongs to it."""
        return Request(f"{API}/papers/{questions[0].value}", params=(("include_resources", "true"),))

    def parse(self, document: Document, questions: Sequence[Question]) -> Mapping[int, Metadata | None]:
        """Repositories and project pages; title and abstract are arXiv's, which is asked itself."""
        question = questions[0]
        paper = json_object(document, "arxiv_id", "repositories")
        if paper["arxiv_id"] != question.value:
            raise garbled(document, f"the paper {str(paper['arxiv_id'])[:40]!r} instead of {question.value}")
        found = needed_list(document, paper, "repositories")
        ranked = sorted(found, key=lambda repository: repository.get("is_official") is not True)
        addresses = [address for repository in ranked if (address := _address(repository))]
        pages = [address for page in objects(paper.get("project_pages")) if (address := _address(page))]
        return {
            question.subject.pk: Metadata(
                service=NAME,
                asked=question.key,
                urls=tuple(Link("Project", address) for address in dict.fromkeys(pages)),
                code=tuple(dict.fromkeys(addresses)),
            )
        }

    def blamed(self, detail: str, questions: Sequence[Question]) -> frozenset[int]:
        """There is only one."""
        return frozenset(question.subject.pk for question in questions)


class PapersWithCodeResults:
    """The places of an arXiv paper on leaderboards."""

    name = RESULTS
    traits = Traits(role="extra", refresh_days=7.0)

    def keys(self, subject: Subject) -> tuple[str, ...]:
        """The arXiv id."""
        return _keys(subject)

    def request(self, questions: Sequence[Question]) -> Request:
        """The first page of the paper's evaluations."""
        return Request(f"{API}/evaluations/", params=(("paper_id", questions[0].value), ("page_size", str(PAGE))))

    def parse(self, document: Document, questions: Sequence[Question]) -> Mapping[int, Metadata | None]:
        """The rows; a paper on no leaderboard is unknown here."""
        question = questions[0]
        rows = needed_list(document, json_object(document, "count", "results"), "results")
        results = tuple(result for row in rows if (result := _result(row)))
        said = Metadata(service=RESULTS, asked=question.key, results=results) if results else None
        return {question.subject.pk: said}

    def blamed(self, detail: str, questions: Sequence[Question]) -> frozenset[int]:
        """There is only one."""
        return frozenset(question.subject.pk for question in questions)


def _address(resource: dict[str, Any]) -> str | None:
    address = clean(resource.get("url"), 500)
    return address if address and address.startswith(("http://", "https://")) else None


def _result(row: dict[str, Any]) -> BenchmarkResult | None:
    """A row with its best metric, or its only one."""
    task, dataset, model = (clean(row.get(f"{part}_name"), 300) for part in ("task", "dataset", "model"))
    metrics = mapping(row.get("metrics"))
    metric = clean(row.get("best_metric"), 100) or next(iter(metrics), None)
    value = metrics.get(metric) if metric else None
    if not (task and dataset and model and metric) or not isinstance(value, int | float | str):
        return None
    rank = row.get("best_rank")
    return BenchmarkResult(
        task=task,
        dataset=dataset,
        model=model,
        metric=metric,
        value=str(value)[:60],
        rank=rank if isinstance(rank, int) and not isinstance(rank, bool) and rank > 0 else None,
        url=_address({"url": row.get("result_url")}),
    )
