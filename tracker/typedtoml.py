"""TOML with every value checked: errors name the file, the table and the key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from typing import NoReturn, TypeVar

from tracker.errors import ParseError

T = TypeVar("T")


def parse(data: bytes, file: str) -> Table:
    """The document as a :class:`Table`.

    Raises:
        ParseError: not UTF-8, or not TOML; the message carries the line.
    """
    try:
        return Table(tomllib.loads(data.decode("utf-8-sig")), file)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ParseError(f"{file} is not TOML: {error}") from error


class Table:
    """One TOML table.  Every ``get`` checks the type; :meth:`close` refuses keys that nobody asked for.

    ``where`` names the table for a person: ``starter.toml, paper 12 "Layer Normalization"``.
    """

    def __init__(self, values: Mapping[str, object], where: str) -> None:
        self.where = where
        self._values = values
        self._asked: set[str] = set()

    def fail(self, key: str, problem: str) -> NoReturn:
        """Raise :class:`ParseError` about a key."""
        raise ParseError(f"{self.where}: key {key!r} {problem}")

    def named(self, name: str) -> None:
        """Add a name to ``where``, once the table's own title is known."""
        self.where = f"{self.where} {name!r}"

    def text(self, key: str, *, optional: bool = False) -> str:
        """A string with its white space made single; not empty unless ``optional`` ("" where it is missing)."""
        value = " ".join((self._get(key, str, "a text") or "").split())
        if not value and not optional:
            self.fail(key, "is missing or empty")
        return value

    def prose(self, key: str) -> str:
        """Paragraphs, set apart by blank lines; within a paragraph white space is made single."""
        raw = self._get(key, str, "a text") or ""
        paragraphs = (" ".join(part.split()) for part in re.split(r"\n[ \t]*\n", raw))
        value = "\n\n".join(part for part in paragraphs if part)
        if not value:
            self.fail(key, "is missing or empty")
        return value

    def texts(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        """A list of strings, none empty and none twice; at least one unless ``optional``."""
        items = self._get(key, list, "a list") or []
        found = tuple(" ".join(item.split()) if isinstance(item, str) else "" for item in items)
        if not all(found):
            self.fail(key, "holds something that is not a text, or an empty one")
        if len(set(found)) < len(found):
            self.fail(key, "names something twice")
        if not found and not optional:
            self.fail(key, "is missing or empty")
        return found

    def whole(self, key: str, *, low: int, high: int) -> int:
        """A whole number between ``low`` and ``high``."""
        number = self.whole_or_none(key, low=low, high=high)
        if number is None:
            self.fail(key, "is missing")
        return number

    def whole_or_none(self, key: str, *, low: int, high: int) -> int | None:
        """A whole number between ``low`` and ``high``, or None where the key is missing."""
        value = self._get(key, int, "a whole number")
        if isinstance(value, bool) or (value is not None and not low <= value <= high):
            self.fail(key, f"is {value!r}; it must be a whole number from {low} to {high}")
        return value

    def number(self, key: str, *, low: float, high: float) -> float:
        """A number between ``low`` and ``high``."""
        value = self._get(key, object, "a number")
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            self.fail(key, f"is {value!r}; it must be a number from {low:g} to {high:g}")
        return float(value)

    def flag(self, key: str) -> bool:
        """``true`` or ``false``; a missing key is false."""
        return bool(self._get(key, bool, "true or false"))

    def day(self, key: str) -> date | None:
        """A date, or None where the key is missing."""
        value = self._get(key, date, "a date such as 2017-06-12")
        if isinstance(value, datetime):
            self.fail(key, "is a moment; give the day alone")
        return value

    def tables(self, key: str, label: str) -> tuple[Table, ...]:
        """The tables of ``[[key]]``, each calling itself ``label`` and its number; () where there are none."""
        items = self._get(key, list, "a list of tables") or []
        for number, item in enumerate(items, 1):
            if not isinstance(item, dict):
                self.fail(key, f"has no table at place {number}")
        return tuple(Table(item, f"{self.where}, {label} {number}") for number, item in enumerate(items, 1))

    def close(self) -> None:
        """All has been read.

        Raises:
            ParseError: a key that nobody asked for, most likely misspelled.
        """
        if unknown := sorted(set(self._values) - self._asked):
            self.fail(unknown[0], f"is not known here (known: {', '.join(sorted(self._asked))})")

    def _get(self, key: str, kind: type[T], expected: str) -> T | None:
        self._asked.add(key)
        value = self._values.get(key)
        if value is not None and not isinstance(value, kind):
            self.fail(key, f"is {value!r}; it must be {expected}")
        return value
