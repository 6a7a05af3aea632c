"""Reading JSON that a stranger sent: every shape is checked, every surprise is :class:`~tracker.errors.Garbled`."""

from __future__ import annotations

import json
from typing import Any

from tracker.errors import Garbled
from tracker.records import Document


def garbled(document: Document, why: str) -> Garbled:
    """The error for an answer that is not what the service sends."""
    return Garbled(f"{document.url[:200]} sent something else than expected: {why}", url=document.url)


def utf8(document: Document) -> str:
    """The body as UTF-8.

    Raises:
        Garbled: bytes that are not UTF-8, or a NUL among them.
    """
    try:
        text = document.body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise garbled(document, f"not UTF-8 at byte {error.start}") from error
    if "\0" in text:
        raise garbled(document, "a NUL character")
    return text


def json_value(document: Document) -> Any:
    """The JSON value of the body.

    Raises:
        Garbled: not JSON.
    """
    try:
        return json.loads(utf8(document))
    except (ValueError, RecursionError) as error:
        raise garbled(document, f"not JSON ({type(error).__name__})") from error


def json_object(document: Document, *needed: str) -> dict[str, Any]:
    """The JSON object of the body, with at least these keys.

    Raises:
        Garbled: not JSON, not an object, or a key is missing.
    """
    value = json_value(document)
    if not isinstance(value, dict):
        raise garbled(document, f"a JSON {type(value).__name__} where an object belongs")
    if missing := [key for key in needed if key not in value]:
        raise garbled(document, f"no {', '.join(missing)} in the answer")
    return value


def mapping(value: object) -> dict[str, Any]:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[dict[str, Any]]:
    """The objects in a list; anything else is passed over."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def needed_list(document: Document, holder: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The list of objects under a key.

    Raises:
        Garbled: no list, or something in it is no object.
    """
    value = holder.get(key)
    if not isinstance(value, list) or any(not isinstance(item, dict) for item in value):
        raise garbled(document, f"{key} is not a list of objects")
    return value
