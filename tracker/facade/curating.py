"""Lists, and which entries are one paper."""

from __future__ import annotations

from tracker.errors import Refused, UsageError
from tracker.facade.rooms import Rooms
from tracker.records import DuplicatePair, Paper, SourceState


class Curating(Rooms):
    """Lists, and which entries are one paper."""

    def sources(self) -> tuple[SourceState, ...]:
        """All sources and how their fetches went."""
        return self._keeper().sources()

    def source(self, slug: str) -> SourceState:
        """One source.

        Raises:
            UnknownSource: there is none by that name.
        """
        return self._keeper().source(slug)

    def add_source(self, url: str, *, slug: str | None = None) -> SourceState:
        """Follow a list by its address; it is read by the next update.

        Raises:
            UsageError: no kind of source reads that address, or it is not on the public internet.
        """
        return self._keeper().add_source(_askable(url, slug, self._settings.mirror), slug)

    def remove_source(self, slug: str) -> SourceState:
        """Follow a list no more; its mentions stay, marked gone.  Adding it again brings them back."""
        return self._keeper().remove_source(slug)

    def enable_source(self, slug: str, enabled: bool) -> SourceState:
        """Switch a source on or off."""
        return self._keeper().enable_source(slug, enabled)

    def duplicates(self) -> tuple[DuplicatePair, ...]:
        """Pairs that may be one paper and wait for a person, most likely first."""
        return self._keeper().duplicates()

    def duplicates_of(self, paper_id: str) -> tuple[DuplicatePair, ...]:
        """The pairs that wait for a person in which a paper is one of the two."""
        return self._keeper().duplicates(self._pk(paper_id))

    def merged(self, paper_id: str) -> tuple[str, ...]:
        """The ids of the papers that were merged into this one, latest first; :meth:`split` takes one out again."""
        return self._keeper().merged(self._pk(paper_id))

    def merge(self, first: str, second: str) -> Paper:
        """Make one paper of two; :meth:`split` undoes it.

        Raises:
            UsageError: both names mean the same paper.
        """
        return self._desk().paper(self._keeper().merge(first, second))

    def keep_apart(self, first: str, second: str) -> None:
        """Two papers that look alike are two; they are never proposed or merged again."""
        self._keeper().keep_apart(first, second)

    def split(self, paper_id: str) -> tuple[Paper, ...]:
        """Undo the last merge into this paper, or the merge of the paper that had this id.

        Raises:
            UsageError: nothing was merged into it.
        """
        return tuple(map(self._desk().paper, self._keeper().split(paper_id)))


def _askable(url: str, slug: str | None, mirror: str | None) -> str:
    """The address as it can be asked; one of the mirror's own is the public one that it stands for.

    Told when it is added, not by the update that would be refused it.
    """
    from tracker.http._address import public_url
    from tracker.sources import registry

    if mirror and url.strip().startswith(f"{mirror}/"):
        url = "https://" + url.strip().removeprefix(f"{mirror}/")
    try:
        public_url(registry.spec_for_url(url, slug=slug).url)
    except Refused as error:
        raise UsageError(str(error), cure="give the address of a list on the public internet") from error
    return url
