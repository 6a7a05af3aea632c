"""Hugging Face's paper pages: https://huggingface.co/docs/hub/api.  Asked for the code that authors link there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracker.enrich.answers import garbled, json_object
from tracker.enrich.protocol import Traits
from tracker.enrich.subject import Question, Subject
from tracker.enrich.text import repositories
from tracker.records import Document, Link, Metadata, Request

API = "https://huggingface.co/api/papers"
NAME = "huggingface"


class HuggingFace:
    """The code of an arXiv paper."""

    name = NAME
    traits = Traits(role="extra", refresh_days=30.0)

    def keys(self, subject: Subject) -> tuple[str, ...]:
        """The arXiv id."""
        return tuple(f"arxiv:{value}" for value in subject.values("arxiv"))[:1]

    def request(self, questions: Sequence[Question]) -> Request:
        """One paper."""
        return Request(f"{API}/{questions[0].value}")

    def parse(self, document: Document, questions: Sequence[Question]) -> Mapping[int, Metadata | None]:
        """The paper's repository; title and abstract are arXiv's, which is asked itself."""
        question = questions[0]
        paper = json_object(document, "id")
        if paper["id"] != question.value:
            raise garbled(document, f"the paper {str(paper['id'])[:40]!r} instead of {question.value}")
        repository = paper.get("githubRepo")
        return {
            question.subject.pk: Metadata(
                service=NAME,
                asked=question.key,
                urls=(Link("Hugging Face", f"https://huggingface.co/papers/{question.value}"),),
                code=repositories(repository if isinstance(repository, str) else None),
            )
        }

    def blamed(self, detail: str, questions: Sequence[Question]) -> frozenset[int]:
        """There is only one."""
        return frozenset(question.subject.pk for question in questions)
