"""The search engine: a query in, hits out, best first, each with its reasons."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from tracker.errors import IndexUnusable, ModelError, UnknownPaper
from tracker.records import Hit, SearchResult
from tracker.search import explain, scoping, threads
from tracker.search.explain import Evidence
from tracker.search.fusion import Weights
from tracker.search.lexical import WordIndexKeeper, WordScores, any_word_expression
from tracker.search.ports import Card, Cards, Floats, Keys, QueryEncoder, Texts, Tokens, Vectors
from tracker.search.query import Query, parse
from tracker.search.ranking import Meaning, Ranked, best_of, candidates, rank
from tracker.search.rows import Scope
from tracker.search.semantic import VectorIndexKeeper
from tracker.search.textual import IndexedTexts

Mode = Literal["hybrid", "words", "meaning"]

#: Papers that the database's own full-text index is asked for while the word index is being built.
_FALLBACK = 500
#: From this share of candidates without token vectors on it is said; a title of stop words alone never has any.
_BARE = 0.25
#: Characters shown of a text that holds nothing to look for.
_SHOWN = 40


class SearchEngine:
    """Finds papers.  Safe to use from several threads; holds the indexes in memory between queries."""

    def __init__(
        self,
        *,
        texts: Texts,
        vectors: Vectors,
        cards: Cards,
        encoder: Callable[[], QueryEncoder],
        tokens: Callable[[QueryEncoder], Tokens | None] = lambda _: None,
        index_dir: Path | None = None,
        weights: Weights | None = None,
    ) -> None:
        """Puts an engine over a library.

        Args:
            texts: the searchable texts.
            vectors: the stored vectors.
            cards: what results show.
            encoder: gives the model, or raises ``ModelError``; asked until it gives one.
            tokens: gives the token vectors that belong to a model, or None; asked once.
            index_dir: where the disposable index files lie; None keeps the indexes in memory only.
            weights: of the fusion; ``Weights(depth=0)`` switches re-ranking off.
        """
        threads.pin()
        self._texts, self._cards = texts, cards
        self._word_index = WordIndexKeeper(texts, index_dir)
        self._vector_index = VectorIndexKeeper(vectors, index_dir)
        self._conditions = IndexedTexts(texts, self._word_index)
        self._load_encoder, self._load_tokens = encoder, tokens
        self._loaded: tuple[QueryEncoder, Tokens | None] | None = None
        self._weights = weights or Weights()
        self._marker = explain.Marker(self._word_index.tokenizer)

    def close(self) -> None:
        """Frees what is held."""
        self._word_index.close()

    def prepare(self) -> None:
        """Brings the index files up to date: after an update, so that the next cold search finds them ready.

        Raises:
            DiskFull: a file cannot be written.
            ModelError: the model cannot be used; the word index is up to date all the same.
        """
        self._word_index.prepare()
        self._vector_index.prepare(self._model()[0].model)

    def search(self, text: str, limit: int = 10, *, offset: int = 0, mode: Mode = "hybrid") -> SearchResult:
        """The papers that fit a query, best first.

        Without a model, without vectors or without a word index it answers
        with what there is, and says so in ``notices``.

        Raises:
            QueryError: the query cannot be read.
        """
        started = time.perf_counter()
        query, notices = parse(text), list[str]()
        limit, offset = max(0, limit), max(0, offset)
        ranked, meaning, scope = self._ranked(query, limit + offset, mode, notices)
        return self._result(text, query, ranked, meaning, scope, notices, offset, started)

    def best(self, text: str, count: int, *, mode: Mode = "hybrid") -> list[int]:
        """The numbers of the best papers for a query alone, best first: without what :meth:`search` tells of each.

        Raises:
            QueryError: the query cannot be read.
        """
        ranked, _, _ = self._ranked(parse(text), max(0, count), mode, [])
        return [int(pk) for pk in ranked.pks.tolist()]

    def _ranked(self, query: Query, count: int, mode: Mode, notices: list[str]) -> tuple[Ranked, Meaning | None, Scope]:
        if not query.ranked:
            if query.text.strip() and not query.conditions:
                shown = query.text.strip()[:_SHOWN]
                notices.append(f"nothing to look for in {shown!r}; the newest papers are shown")
            scope = scoping.whole(self._conditions, query)
            return self._latest(count, scope), None, scope
        meaning = self._meaning(query, notices) if mode != "words" else None
        words = self._words(query, notices) if mode != "meaning" or meaning is None else None
        scope = self._scope(query, words, meaning, candidates(count))
        ranked = rank(words, meaning, scope, count, self._weights)
        if ranked.bare > _BARE:
            notices.append("not re-ranked by the meetings of words: token vectors are missing (run: tracker embed)")
        return ranked, meaning, scope

    def named(self, text: str, pk: int, limit: int = 10, *, offset: int = 0) -> SearchResult:
        """The paper that a query names by an identifier, alone: nothing else is meant by one."""
        started = time.perf_counter()
        wanted = [] if offset or limit < 1 else [pk]
        found = Ranked(np.array([pk], dtype=np.int64), np.ones(1, dtype=np.float32))
        hits = tuple(_hit(card, found, 0, explain.by_identifier(card)) for card in self._cards.cards(wanted).values())
        took = round((time.perf_counter() - started) * 1e3, 2)
        return SearchResult(query=text, took_ms=took, model=None, hits=hits, total=1)

    def search_many(self, texts: Iterable[str], limit: int = 10, *, mode: Mode = "hybrid") -> Iterator[SearchResult]:
        """Several queries, answered as they are read.

        Raises:
            QueryError: one of them cannot be read; those before it were answered.
        """
        for text in texts:
            yield self.search(text, limit, mode=mode)

    def similar(self, pk: int, limit: int = 10) -> SearchResult:
        """Papers near to a paper in meaning, nearest first; by the words of its title when it has no vector.

        Raises:
            UnknownPaper: there is no such paper.
        """
        started = time.perf_counter()
        card = self._cards.cards([pk]).get(pk)
        if card is None:
            raise UnknownPaper(f"no paper has the key {pk}")
        notices: list[str] = []
        scope = Scope(excluded=np.array([pk], dtype=np.int64))
        query = Query(text=card.title, ranked=(card.title,))
        meaning = self._meaning_of_paper(pk, notices)
        words = self._words(query, notices) if meaning is None else None
        ranked = rank(words, meaning, scope, max(0, limit), self._weights)
        return self._result(card.title, query, ranked, meaning, scope, notices, 0, started)

    def _scope(self, query: Query, words: WordScores | None, meaning: Meaning | None, wanted: int) -> Scope:
        if not query.conditions:
            return Scope()
        size = max(0 if words is None else len(words.index.rows), 0 if meaning is None else len(meaning.index.rows))
        if size <= scoping.LARGE:
            return scoping.whole(self._conditions, query)
        return (
            scoping.if_few(self._conditions, query, size)
            or scoping.among_best(self._conditions, query, partial(best_of, words, meaning), wanted)
            or scoping.whole(self._conditions, query)
        )

    def _words(self, query: Query, notices: list[str]) -> WordScores:
        stems = self._word_index.tokenizer.stems(query.meaning)
        try:
            return self._word_index.current().search(stems)
        except IndexUnusable as error:
            notices.append(f"{error}; until then the slower full-text index answers")
        found = self._texts.ranked(any_word_expression(explain.words_of(query.ranked)), _FALLBACK)
        return WordScores.of_pairs(found)

    def _model(self) -> tuple[QueryEncoder, Tokens | None]:
        if self._loaded is None:
            encoder = self._load_encoder()
            self._loaded = (encoder, self._load_tokens(encoder))
        return self._loaded

    def _meaning(self, query: Query, notices: list[str]) -> Meaning | None:
        try:
            encoder, tokens = self._model()
        except ModelError as error:
            notices.append(f"searched by words only: {error}")
            return None
        try:
            index = self._vector_index.current(encoder.model)
        except IndexUnusable as error:
            notices.append(f"searched by words only: {error}")
            return None
        if not len(index.rows):
            notices.append("searched by words only: no paper is embedded yet (run: tracker embed)")
            return None
        encoded = encoder.analyse(query.meaning)
        words = tokens.query(encoded.pieces, encoded.tokens)[0] if tokens is not None else None
        return Meaning(encoder.model, encoded.vector, index, tokens, words)

    def _meaning_of_paper(self, pk: int, notices: list[str]) -> Meaning | None:
        try:
            encoder, tokens = self._model()
        except ModelError as error:
            notices.append(f"compared by words only: {error}")
            return None
        try:
            index = self._vector_index.current(encoder.model)
        except IndexUnusable as error:
            notices.append(f"compared by words only: {error}")
            return None
        vector = index.vector(pk)
        if vector is None:
            notices.append("compared by the words of the title: this paper is not embedded yet (run: tracker embed)")
            return None
        return Meaning(encoder.model, vector, index, tokens, _title_words(tokens, index.texts(_keys(pk))))

    def _latest(self, count: int, scope: Scope) -> Ranked:
        """Where nothing ranks: the latest first."""
        within = None if scope.allowed is None else scope.allowed.tolist()
        extra = 0 if scope.excluded is None else len(scope.excluded)
        pks = np.array(self._cards.recent(count + extra, 0, within), dtype=np.int64)
        pks = pks[scope.admits(pks)][:count]
        return Ranked(pks, np.zeros(len(pks), dtype=np.float32))

    def _result(
        self,
        text: str,
        query: Query,
        ranked: Ranked,
        meaning: Meaning | None,
        scope: Scope,
        notices: list[str],
        offset: int,
        started: float,
    ) -> SearchResult:
        shown = list(enumerate(ranked.pks.tolist()))[offset:]
        cards = self._cards.cards([pk for _, pk in shown])
        words = self._marker.found(list(cards.values()), explain.words_of(query.ranked)) if query.ranked else {}
        hits = tuple(
            _hit(card, ranked, place, explain.reasons(card, words.get(pk, ()), *self._evidence(pk, ranked, meaning)))
            for place, pk in shown
            if (card := cards.get(pk)) is not None
        )
        return SearchResult(
            query=text,
            took_ms=round((time.perf_counter() - started) * 1e3, 2),
            model=meaning.model if meaning else None,
            hits=hits,
            total=len(scope.allowed) if scope.allowed is not None and scope.complete else None,
            notices=tuple(dict.fromkeys(notices)),
        )

    def _evidence(self, pk: int, ranked: Ranked, meaning: Meaning | None) -> tuple[Evidence | None, Tokens | None]:
        if meaning is None or meaning.tokens is None or meaning.words is None:
            return None, None
        kept = ranked.meetings.get(pk)
        if kept is None:
            vectors, numbers, _ = meaning.tokens.get(meaning.index.texts(_keys(pk)))
            kept = (vectors @ meaning.words.T, numbers)
        return Evidence(*kept), meaning.tokens


def _keys(pk: int) -> Keys:
    return np.array([pk], dtype=np.int64)


def _title_words(tokens: Tokens | None, texts: list[int]) -> Floats | None:
    """The token vectors of a paper's title stand for the paper when it is what others are compared with."""
    if tokens is None:
        return None
    vectors, numbers, _ = tokens.get(texts)
    return vectors[numbers == 0] if len(numbers) else None


def _hit(card: Card, ranked: Ranked, place: int, reasons: explain.Reasons) -> Hit:
    return Hit(
        id=card.id,
        title=card.title,
        score=round(float(ranked.scores[place]), 4),
        lexical=None if ranked.words is None else round(float(ranked.words[place]), 4),
        semantic=None if ranked.cosines is None else round(float(ranked.cosines[place]), 4),
        year=card.year,
        identifiers=dict(card.identifiers),
        matched=reasons.matched,
        authors=card.authors,
        status=card.status,
        snippet=reasons.snippet,
    )
