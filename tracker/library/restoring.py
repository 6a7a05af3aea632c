"""A backup put in the place of the library, with the indexes of what it holds."""

from __future__ import annotations

import logging
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from tracker.errors import StoreError
from tracker.library import indexes
from tracker.settings import Settings
from tracker.store import backup, schema
from tracker.store.connect import revision_of
from tracker.store.database import Database, path_of

log = logging.getLogger(__name__)


def restore(path: Path, settings: Settings) -> Path:
    """Put a backup in place of a library; the indexes, which belong to the replaced one, are built for this one.

    A backup of an older schema stays as it is, so that the version that wrote it reads it too: whoever opens it
    next raises it, and its indexes are built then.

    Returns:
        Where the library lies.

    Raises:
        StoreError: or one of its leaves: the file is no backup of this tracker, or the library is in use.
    """
    database = path_of(settings.database_url)
    database.parent.mkdir(parents=True, exist_ok=True)
    backup.restore(path, database, datetime.now(UTC))
    try:
        indexes.drop_foreign(settings.index_dir)
        if revision_of(database) == schema.HEAD:
            with closing(Database.open(settings.database_url)) as db:
                indexes.prepare(db, settings)
    except (StoreError, OSError) as error:  # the backup is in place; search says what it lacks
        log.warning("the search indexes were not built (run: tracker embed): %s", error)
    return database
