"""The lexicon: which phrases speak for which concept, and what a text holds of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal, cast

from tracker.concepts.linking.matching import PhraseMatcher, Span, words

Group = Literal["names", "core", "hint"]
GROUPS: tuple[Group, ...] = ("names", "core", "hint")


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase of a concept, found in sentence number ``sentence`` (0 is the title)."""

    slug: str
    group: Group
    phrase: str
    sentence: int


@dataclass(frozen=True, slots=True)
class _Entry:
    slug: str
    group: str
    phrase: str
    parts: tuple[int, ...]


class Lexicon:
    """Phrases by concept and group.

    Args:
        table: concept -> group (``names``, ``core``, ``title``, ``hint``, ``not``) -> phrases.
    """

    def __init__(self, table: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        rows = [
            (slug, group, p) for slug, groups in table.items() for group, phrases in groups.items() for p in phrases
        ]
        self.slugs: tuple[str, ...] = tuple(table)
        self._matcher = PhraseMatcher([phrase for _, _, phrase in rows])
        self._by_part: dict[int, list[_Entry]] = {}
        for (slug, group, phrase), parts in zip(rows, self._matcher.parts, strict=True):
            entry = _Entry(slug, group, phrase, parts)
            self._by_part.setdefault(parts[0], []).append(entry)

    def find(self, parts_of_text: Sequence[str]) -> list[Found]:
        """The phrases in the sentences of a text, the title first; the strongest group of overlapping ones counts."""
        found: list[Found] = []
        for number, sentence in enumerate(parts_of_text):
            found += self._in_sentence(number, words(sentence))
        return found

    def _in_sentence(self, number: int, tokens: Sequence[str]) -> list[Found]:
        spans: dict[int, list[Span]] = {}
        for span in self._matcher.parts_in(tokens):
            spans.setdefault(span.phrase, []).append(span)
        hits: dict[str, list[tuple[_Entry, Span]]] = {}
        blocked: dict[str, list[Span]] = {}
        for part, places in spans.items():
            for entry in self._by_part.get(part, ()):
                if all(other in spans for other in entry.parts):
                    if entry.group == "not":
                        blocked.setdefault(entry.slug, []).extend(places)
                    else:
                        hits.setdefault(entry.slug, []).extend((entry, place) for place in places)
        result = []
        for slug, pairs in hits.items():
            stops = blocked.get(slug, ())
            kept: dict[str, Group] = {}
            for entry, span in pairs:
                if not any(stop.start <= span.start and span.end <= stop.end for stop in stops):
                    group = _group(entry.group, number)
                    kept[entry.phrase] = min(group, kept.get(entry.phrase, group), key=GROUPS.index)
            result += [Found(slug, group, phrase, number) for phrase, group in kept.items()]
        return result


def _group(written: str, sentence: int) -> Group:
    if written == "title":
        return "names" if sentence == 0 else "hint"
    return cast(Group, written)


def default_lexicon() -> Lexicon:
    """The lexicon that ships with the tracker."""
    text = files("tracker.concepts.linking").joinpath("lexicon.toml").read_text(encoding="utf-8")
    return Lexicon(tomllib.loads(text))
