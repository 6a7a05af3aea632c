"""Follow the entries of one list from one reading to the next.

A mention is a place on a list, not a text: curators rewrite whole lists in a
day.  So an entry is recognised by where it stands (week and rank), by its
identifiers and by its title, in this order of trust, and never by its text:

1. the entry did not change at all;
2. the same identifier in the same place (week and rank, or section);
3. the same identifier in the same week or anywhere on the list;
4. the same week and rank, and a title or a link in common;
5. the same title on a list without weeks.

The live mentions are tried first, through all rules; what is still unplaced
may bring back one that was gone, but only by rules 1, 2, 3 and 5.  A mention
that nothing matches is gone; an entry that matches nothing is added, under a
key computed from its content alone.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz

from tracker.identity.ids import entry_identifiers, strongest, title_key
from tracker.identity.urls import canonical_url, is_root
from tracker.records import Entry, Identifier

#: Two titles at least this alike (0 to 100, order and extra words forgiven) are spellings of one, in the same place.
_ALIKE = 80.0
#: Titles shorter than this may belong to several papers ("Attention") and prove nothing by themselves.
_TELLING = 12


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry with its identifiers, strongest first."""

    entry: Entry
    identifiers: tuple[Identifier, ...]


@dataclass(frozen=True, slots=True)
class OldMention:
    """A mention as the library holds it: its key, its content when last seen, and whether the list dropped it."""

    key: str
    entry: Entry
    identifiers: tuple[Identifier, ...]
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A mention that is still on the list.

    ``changed``: its content differs from what is held.  ``moved``: only its
    file or line differ, as they do for all rows below a new one.
    ``reidentified``: it carries other identifiers than before, so that it has
    to be decided anew which paper it names.
    """

    key: str
    listed: Listed
    changed: bool
    moved: bool
    reidentified: bool


@dataclass(frozen=True, slots=True)
class Added:
    """An entry seen for the first time, with the key it will go by for ever."""

    key: str
    listed: Listed


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What became of every mention and every entry.  ``returned`` were gone and are back; each in list order."""

    kept: tuple[Kept, ...] = ()
    added: tuple[Added, ...] = ()
    gone: tuple[str, ...] = ()
    returned: tuple[Kept, ...] = ()


def listed(entries: Iterable[Entry]) -> tuple[Listed, ...]:
    """Entries with the identifiers of their own link and ``same_as``."""
    return tuple(Listed(entry, entry_identifiers(entry)) for entry in entries)


def reconcile(old: Sequence[OldMention], new: Sequence[Listed]) -> Reconciliation:
    """Match what a list says now against what is held of it.

    Pure and deterministic: the order of ``old`` does not count, and that of
    ``new`` only where entries carry no lines.  Reconciling what came out with
    the same entries again changes nothing.

    Args:
        old: every mention of this list, also those that are gone; keys are unique.
        new: every entry that the list has now.
    """
    views = [_View(item.entry, item.identifiers, i) for i, item in enumerate(_in_order(new))]
    olds = sorted(old, key=lambda m: m.key)
    live = [_View(m.entry, m.identifiers, i) for i, m in enumerate(olds) if not m.gone]
    dropped = [_View(m.entry, m.identifiers, i) for i, m in enumerate(olds) if m.gone]
    pairs: dict[int, int] = {}
    waiting = _pair(_LIVE_RULES, live, views, pairs)
    unplaced = _pair(_RETURN_RULES, dropped, waiting, pairs)

    back = {view.place for view in dropped}
    kept: list[Kept] = []
    returned: list[Kept] = []
    for view in views:
        if view.place in pairs:
            mention = olds[pairs[view.place]]
            (returned if pairs[view.place] in back else kept).append(_kept(mention, view.listed))
    matched = set(pairs.values())
    return Reconciliation(
        kept=tuple(kept),
        added=tuple(_with_keys([v.listed for v in unplaced], {m.key for m in olds})),
        gone=tuple(olds[v.place].key for v in live if v.place not in matched),
        returned=tuple(returned),
    )


# ---------------------------------------------------------------- matching


@dataclass(slots=True)
class _View:
    """An entry or a mention, with what the rules look at."""

    entry: Entry
    identifiers: tuple[Identifier, ...]
    place: int
    title: str = ""

    def __post_init__(self) -> None:
        self.title = title_key(self.entry.title)

    @property
    def listed(self) -> Listed:
        return Listed(self.entry, self.identifiers)

    @property
    def week(self) -> date | None:
        return self.entry.week_end or self.entry.week_start

    @property
    def where(self) -> tuple[Hashable, ...]:
        if self.week is not None:
            return (self.week, self.entry.rank)
        return (self.entry.section,)


_Rule = tuple[Callable[[_View], Iterable[Hashable]], Callable[[_View, _View], bool]]


def _any(_old: _View, _new: _View) -> bool:
    return True


def _exactly(view: _View) -> Iterator[Hashable]:
    yield (view.entry, view.identifiers)


def _whole(view: _View) -> Iterator[Hashable]:
    yield (_content(view.entry), view.identifiers)


def _identifier_and_place(view: _View) -> Iterator[Hashable]:
    for identifier in view.identifiers:
        yield (identifier, view.where)


def _identifier_and_week(view: _View) -> Iterator[Hashable]:
    if view.week is not None:
        for identifier in view.identifiers:
            yield (identifier, view.week)


def _identifier_and_title(view: _View) -> Iterator[Hashable]:
    for identifier in view.identifiers:
        yield (identifier, view.title)


def _identifier(view: _View) -> Iterator[Hashable]:
    yield from view.identifiers


def _week_and_rank(view: _View) -> Iterator[Hashable]:
    if view.week is not None and view.entry.rank is not None:
        yield view.where


def _week_and_title(view: _View) -> Iterator[Hashable]:
    if view.week is not None and view.title:
        yield (view.week, view.title)


def _title_and_section(view: _View) -> Iterator[Hashable]:
    if view.week is None and view.title:
        yield (view.title, view.entry.section)


def _title(view: _View) -> Iterator[Hashable]:
    if view.week is None and len(view.title) >= _TELLING:
        yield view.title


def _section_and_word(view: _View) -> Iterator[Hashable]:
    """The first or the last word: a mended letter seldom touches both, and no section makes for all pairs."""
    if view.week is None and view.title:
        words = view.title.split()
        yield (view.entry.section, 0, words[0])
        yield (view.entry.section, -1, words[-1])


def _compatible(old: _View, new: _View) -> bool:
    """In one week at one rank: the same row rewritten or corrected, or another paper put in its place?"""
    if old.title == new.title or not _links(old).isdisjoint(_links(new)):
        return True
    if _conflict(old, new) and min(len(old.title), len(new.title)) < _TELLING:
        return False
    return _alike(old, new)


def _spelled_alike(old: _View, new: _View) -> bool:
    """Within one section: a title mended by a letter or two, and no identifier against it."""
    if _conflict(old, new) or min(len(old.title), len(new.title)) < _TELLING:
        return False
    return fuzz.ratio(old.title, new.title, score_cutoff=90.0) > 0


def _not_conflicting(old: _View, new: _View) -> bool:
    return not _conflict(old, new) or len(old.title) >= 2 * _TELLING


def _alike(old: _View, new: _View) -> bool:
    names = [{v.title, title_key(v.entry.alias or "")} - {""} for v in (old, new)]
    if names[0] & names[1]:
        return True
    return fuzz.token_set_ratio(old.title, new.title, score_cutoff=_ALIKE) > 0


def _links(view: _View) -> set[str]:
    """All addresses of the row, also those that name no paper: a row keeps its tweet when its text is rewritten."""
    addresses = (view.entry.url, *view.entry.same_as, *(link.url for link in view.entry.links))
    return {canonical for url in addresses if url and not is_root(canonical := canonical_url(url))}


def _schemes(view: _View) -> set[str]:
    return {i.scheme for i in view.identifiers}


def _conflict(old: _View, new: _View) -> bool:
    """No identifier in common, and two different ones of one scheme."""
    if set(old.identifiers) & set(new.identifiers):
        return False
    return bool(_schemes(old) & _schemes(new))


_LIVE_RULES: tuple[_Rule, ...] = (
    (_exactly, _any),
    (_whole, _any),
    (_identifier_and_place, _any),
    (_identifier_and_week, _any),
    (_week_and_title, _not_conflicting),
    (_week_and_rank, _compatible),
    (_identifier_and_title, _any),
    (_identifier, _any),
    (_title_and_section, _not_conflicting),
    (_title, _not_conflicting),
    (_section_and_word, _spelled_alike),
)
_RETURN_RULES: tuple[_Rule, ...] = (
    (_exactly, _any),
    (_whole, _any),
    (_identifier_and_place, _any),
    (_identifier_and_title, _any),
    (_identifier, _any),
    (_title_and_section, _not_conflicting),
    (_week_and_title, _not_conflicting),
)


def _pair(rules: Sequence[_Rule], olds: Sequence[_View], news: Sequence[_View], pairs: dict[int, int]) -> list[_View]:
    """Apply one rule after the other to what the earlier ones left; gives back the entries still unplaced."""
    left_old, left_new = list(olds), list(news)
    for keys, holds in rules:
        if not left_old or not left_new:
            break
        candidates: dict[Hashable, list[_View]] = defaultdict(list)
        for view in left_old:
            for key in keys(view):
                candidates[key].append(view)
        taken: set[int] = set()
        still: list[_View] = []
        for view in left_new:
            found = next(
                (o for key in keys(view) for o in candidates.get(key, ()) if o.place not in taken and holds(o, view)),
                None,
            )
            if found is None:
                still.append(view)
            else:
                taken.add(found.place)
                pairs[view.place] = found.place
        left_old = [view for view in left_old if view.place not in taken]
        left_new = still
    return left_new


def _in_order(new: Sequence[Listed]) -> list[Listed]:
    """In the order of files and lines; entries without lines keep theirs (the sort is stable)."""
    return sorted(new, key=lambda n: (n.entry.document, n.entry.line or 0))


def _content(entry: Entry) -> Entry:
    """The entry without the line and file it stands at, which shift when a row is put above it."""
    return dataclasses.replace(entry, document="", line=None)


def _kept(mention: OldMention, now: Listed) -> Kept:
    changed = _content(mention.entry) != _content(now.entry)
    return Kept(
        key=mention.key,
        listed=now,
        changed=changed,
        moved=not changed and mention.entry != now.entry,
        reidentified=set(mention.identifiers) != set(now.identifiers),
    )


# ---------------------------------------------------------------- keys


def _with_keys(added: Sequence[Listed], taken: set[str]) -> Iterator[Added]:
    """A unique key for each: a function of the entry, with an ordinal only among entries that are alike."""
    used = set(taken)
    for item in added:
        base = mention_key(item.entry, item.identifiers)
        key = base
        if key in used and item.entry.rank is not None:
            key = f"{base}~{_digest(_name(item.entry, item.identifiers))}"
        stem, ordinal = key, 2
        while key in used:
            key = f"{stem}#{ordinal}"
            ordinal += 1
        used.add(key)
        yield Added(key, item)


def mention_key(entry: Entry, identifiers: Sequence[Identifier]) -> str:
    """The key of an entry where no other has taken it.

    ``2026-05-03/07`` (end of the week, rank) on a weekly list, else the
    strongest identifier, else a hash of the title.
    """
    week = entry.week_end or entry.week_start
    if week is not None and entry.rank is not None:
        return f"{week.isoformat()}/{entry.rank:02d}"
    name = _name(entry, identifiers)
    return f"{week.isoformat()}/{name}" if week is not None else name


def _name(entry: Entry, identifiers: Sequence[Identifier]) -> str:
    best = strongest(identifiers)
    if best is not None:
        return str(best)
    return f"title:{_digest(title_key(entry.title) or entry.title.strip())}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
