"""What a person types for a lab, as the lab takes it: pairs of words, heads, layers, parts that are off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.concepts.labs import Ablation


def parts_off(
    positions: object = False,
    heads: Sequence[str] = (),
    feed_forward: Sequence[int | str] = (),
    attention: Sequence[int | str] = (),
) -> Ablation:
    """What is switched off.

    Raises:
        UsageError: a name is no head, or no number of a layer.
    """
    from tracker.concepts.labs import Ablation

    return Ablation(
        positions=bool(positions),
        heads=frozenset(_head(name) for name in heads),
        feed_forward=frozenset(_number(layer) for layer in feed_forward),
        attention=frozenset(_number(layer) for layer in attention),
    )


def pair(text: str) -> tuple[str, str]:
    """The two ends of an axis, written as ``he:she``.

    Raises:
        UsageError: it names no two ends.
    """
    first, mark, second = text.partition(":")
    if not mark or not first.strip() or not second.strip():
        raise UsageError(f"{text!r} names no two ends", cure="write them as he:she")
    return first.strip(), second.strip()


def _head(text: str) -> tuple[int, int]:
    layer, mark, head = str(text).partition(".")
    if not mark:
        raise UsageError(f"{text!r} names no head", cure="write layer.head, such as 0.3")
    return _number(layer), _number(head)


def _number(text: int | str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no number of a layer or head", cure="count from 0") from error
