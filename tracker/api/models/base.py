"""What all shapes share."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Status = Literal["inbox", "queued", "reading", "read", "skipped"]

#: A pattern: there is something to read.
SAYS = r"\S"


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


#: An integer as JSON Schema has it, which takes 4.0 for 4; neither a word nor a truth value is one.
Whole = Annotated[int, BeforeValidator(_whole), Field(strict=True)]


class Model(BaseModel):
    """Base of all: unknown fields in a request are an error, not a silence."""

    model_config = ConfigDict(extra="forbid")
