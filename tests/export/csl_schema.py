"""What the CSL 1.0.2 specification says an item may hold, as a JSON schema: types, variables, names and dates."""

from __future__ import annotations

from typing import Any

from tracker.export.csljson_in import CSL_TYPES
from tracker.export.rows import words

_TEXTS = words(
    "language journalAbbreviation shortTitle abstract annote archive archive_collection archive_location archive-place"
    " authority call-number citation-key citation-label collection-title container-title container-title-short"
    " dimensions division DOI event event-title event-place genre ISBN ISSN jurisdiction keyword medium note"
    " original-publisher original-publisher-place original-title part-title PMCID PMID publisher publisher-place"
    " references reviewed-title reviewed-genre scale section source status title title-short URL version"
    " volume-title volume-title-short year-suffix"
)
_NUMBERS = words(
    "chapter-number citation-number collection-number edition first-reference-note-number issue locator number"
    " number-of-pages number-of-volumes page page-first part printing supplement volume"
)
_PEOPLE = words(
    "author chair collection-editor compiler composer container-author contributor curator director editor"
    " editorial-director executive-producer guest host interviewer illustrator narrator organizer original-author"
    " performer producer recipient reviewed-author script-writer series-creator translator"
)
_DATES = ("accessed", "available-date", "event-date", "issued", "original-date", "submitted")
_TEXT: dict[str, Any] = {"type": "string"}
_NUMBER: dict[str, Any] = {"type": ["string", "number"]}
_NAME: dict[str, Any] = {
    "type": "object",
    "properties": dict.fromkeys(
        ("family", "given", "dropping-particle", "non-dropping-particle", "suffix", "literal"), _TEXT
    ),
    "additionalProperties": False,
    "minProperties": 1,
}
_DATE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "date-parts": {
            "type": "array",
            "minItems": 1,
            "maxItems": 2,
            "items": {"type": "array", "minItems": 1, "maxItems": 3, "items": _NUMBER},
        },
        "raw": _TEXT,
        "literal": _TEXT,
    },
    "additionalProperties": False,
}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "type"],
        "additionalProperties": False,
        "properties": {
            "id": _NUMBER,
            "type": {"enum": sorted(CSL_TYPES)},
            "categories": {"type": "array", "items": _TEXT},
            "custom": {"type": "object"},
            **dict.fromkeys(_TEXTS, _TEXT),
            **dict.fromkeys(_NUMBERS, _NUMBER),
            **{name: {"type": "array", "items": _NAME} for name in _PEOPLE},
            **dict.fromkeys(_DATES, _DATE),
        },
    },
}
