"""What the parts of the facade stand on: the open database, and the rooms opened when first used."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tracker.facade.types import utc_now
from tracker.settings import Settings, load_settings

if TYPE_CHECKING:
    from tracker.http import Client
    from tracker.library.concepts import Scholar
    from tracker.library.desk_views import Views
    from tracker.library.finding import Finder
    from tracker.library.keeping import Keeper
    from tracker.library.kept import Kept
    from tracker.library.labs import Bench
    from tracker.library.mapping import Mapper
    from tracker.library.newsboard import NewsBoard
    from tracker.library.reading import Desk
    from tracker.library.undo import Hand
    from tracker.library.updating import Updater
    from tracker.store.database import Database


class Rooms:
    """Holds the open database and opens the other rooms when they are first used."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        client: Callable[[Settings], Client] | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._settings = settings
        self._db = database
        self._make_client = client
        self._clock = clock
        self._finder: Finder | None = None
        self._mapper: Mapper | None = None
        self._scholarship: Scholar | None = None
        self._labs: Bench | None = None
        self._care: Keeper | None = None
        self._news: NewsBoard | None = None
        self._kept: Kept | None = None

    @classmethod
    def open(cls, home: str | Path | None = None, *, settings: Settings | None = None) -> Self:
        """Open the library in ``home`` (default: ``TRACKER_HOME``), creating or migrating it where needed.

        Raises:
            SettingsError: an environment variable or the settings file is wrong.
            StoreError: the database cannot be opened (SchemaTooNew, StoreCorrupt, DiskFull among them).
        """
        from tracker.store.database import Database

        settings = settings or load_settings(home)
        settings.home.mkdir(parents=True, exist_ok=True)
        return cls(settings, Database.open(settings.database_url))

    def close(self) -> None:
        """Give files and connections back."""
        if self._finder is not None:
            self._finder.close()
            self._finder = None
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def settings(self) -> Settings:
        """What this library runs with."""
        return self._settings

    def _pk(self, name: str) -> int:
        from tracker.library.naming import pk_of

        return pk_of(self._db, name)

    def _find(self) -> Finder:
        if self._finder is None:
            from tracker.library.finding import Finder

            self._finder = Finder(self._db, self._settings)
        return self._finder

    def _desk(self) -> Desk:
        from tracker.library.reading import Desk

        return Desk(self._db, self._clock)

    def _scholar(self) -> Scholar:
        if self._scholarship is None:
            from tracker.library.concepts import Scholar

            self._scholarship = Scholar(self._db, self._settings, self._clock)
        return self._scholarship

    def _bench(self) -> Bench:
        if self._labs is None:
            from tracker.library.labs import Bench

            self._labs = Bench(
                self._db, self._settings, lambda query, count: self._find().search(query, count, 0, "hybrid")
            )
        return self._labs

    def _views(self) -> Views:
        from tracker.library.desk_views import Views
        from tracker.library.kept import Kept
        from tracker.library.newsboard import NewsBoard

        if self._news is None or self._kept is None:
            self._news, self._kept = NewsBoard(), Kept()
        return Views(self._db, self._clock, self._news, self._kept)

    def _hand(self) -> Hand:
        from tracker.library.undo import Hand

        return Hand(self._db, self._clock)

    def _cartographer(self) -> Mapper:
        if self._mapper is None:
            from tracker.library.mapping import Mapper

            self._mapper = Mapper(self._db, self._settings)
        return self._mapper

    def _keeper(self) -> Keeper:
        if self._care is None:
            from tracker.library.keeping import Keeper

            self._care = Keeper(self._db, self._settings, lambda: self._clock())  # tests set another clock
        return self._care

    @contextmanager
    def _updater(self) -> Iterator[Updater]:
        from tracker.http import Client
        from tracker.library.updating import Updater

        client = self._make_client(self._settings) if self._make_client else Client(self._settings)
        try:
            yield Updater(self._db, self._settings, client, self._clock, time.monotonic)
        finally:
            client.close()
