"""Groups of papers on the map, and the words that tell each from the others."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tracker.mapping.plane import landmarks

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

#: Words that every paper uses of itself: they tell no group from another.
_OF_EVERY_PAPER = """
    abstract achieve achieves al also approach approaches art arxiv based better cid code data deep demonstrate
    different end et existing experiments extensive framework github high however http https improve introduce
    large learning method methods model models multi network networks neural new non novel open outperforms
    paper performance pre present problem propose proposed quality recent recently results scale self show shows
    significantly state task tasks trained training use used using various work works
"""
#: How one word ends for many, and what it is for one; the first that fits.
_MANY = (
    *(("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")),
    *(("ss", "ss"), ("us", "us"), ("is", "is"), ("as", "as"), ("s", "")),
)
_FORMS = re.compile(r"(ical|ic|ational|ations?|ative|ated?|ating|ings?|ers?|ed|ions?|al|e|y)$")
_WORD = r"(?u)\b[a-zA-Z][\w\-]+\w\b"


def how_many(papers: int) -> int:
    """As many groups as a person can take in: 1 for a handful, 8 at 200 papers, at most 24."""
    return 1 if papers < 12 else int(np.clip(round(0.55 * papers**0.5), 3, 24))


def group(positions: Floats, count: int) -> tuple[Ints, Floats]:
    """Groups of places ``[n, 2]`` by k-means: the group of each [n], and the groups' centres [count, 2].

    The places and not the vectors: a label stands where its papers are seen to lie.
    """
    from sklearn.cluster import KMeans

    found = KMeans(count, n_init=4, random_state=0).fit(positions)
    return found.labels_.astype(np.int64), found.cluster_centers_.astype(np.float32)


def assign(positions: Floats, centres: Floats) -> Ints:
    """The nearest centre of each place."""
    apart = ((positions[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return np.asarray(apart.argmin(axis=1), np.int64)


def spokesmen(keys: Ints, groups: Ints, count: int, *, most: int = 1_000) -> Ints:
    """Which papers a group is named by: all of a small group, else the same even sample of it every time.

    A thousand texts tell a group's words as well as a hundred thousand do, and fit into memory.

    Args:
        keys: numbers of the papers, [n].
        groups: of each paper, [n], 0 to ``count`` - 1.
        count: how many groups.
        most: at most so many papers of each.

    Returns:
        Their places in ``keys``, ascending, [m].
    """
    members = [np.flatnonzero(groups == g) for g in range(count)]
    heard = [places[landmarks(keys[places], most)] for places in members]
    return np.sort(np.concatenate([np.empty(0, np.int64), *heard])).astype(np.int64)


def names(texts: Sequence[str], groups: Ints, count: int, *, words: int = 3) -> tuple[str, ...]:
    """The most telling words of each group, by class-based tf-idf (Grootendorst 2022, arXiv:2203.05794).

    Args:
        texts: of the papers, [n].
        groups: of each paper, [n], 0 to ``count`` - 1.
        count: how many groups.
        words: how many words, or pairs of words, a name has.

    Returns:
        A name for each group; empty where its papers share no word.
    """
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

    if not texts:
        return ("",) * count
    vectorizer = CountVectorizer(
        ngram_range=(1, 2),
        token_pattern=_WORD,
        stop_words=sorted(ENGLISH_STOP_WORDS.union(_OF_EVERY_PAPER.split())),
        min_df=min(3, len(texts)),
        max_features=20_000,
        binary=True,
    )
    try:
        counted = vectorizer.fit_transform(texts)
    except ValueError:  # no text has a word that is left
        return ("",) * count
    per_group = np.vstack([np.asarray(counted[groups == g].sum(axis=0)) for g in range(count)]).astype(np.float64)
    size = np.maximum(per_group.sum(axis=1, keepdims=True), 1.0)
    # squared: beside a word that half of all papers use, one that only this group uses shall win
    telling = per_group / size * np.log1p(size.mean() / per_group.sum(axis=0)) ** 2
    vocabulary = vectorizer.get_feature_names_out()
    return tuple(
        _name([vocabulary[i] for i in np.argsort(-row, kind="stable")[:40] if row[i] > 0], words) for row in telling
    )


def _name(best: Sequence[str], words: int) -> str:
    """The first of ``best`` that say something the ones before them do not."""
    chosen: list[str] = []
    said: set[str] = set()
    for word in best:
        stems = {_stem(part) for part in re.split(r"[\s\-]+", word)}
        if stems & said:
            continue
        chosen.append(word)
        said |= stems
        if len(chosen) == words:
            break
    return ", ".join(chosen)


def _stem(word: str) -> str:
    """What the forms of a word have in common; coarse, since it only keeps a name from saying a thing twice."""
    one = word.lower()
    for ending, instead in _MANY:
        if one.endswith(ending) and len(one) > len(ending) + 1:
            one = one[: -len(ending)] + instead
            break
    bare = _FORMS.sub("", one)
    if len(bare) > 3 and bare[-1] == bare[-2] and bare[-1] not in "ls":
        bare = bare[:-1]  # mapp(ing), embedd(ing)
    return bare if len(bare) > 2 else one
