"""What all shapes share."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

Status = Literal["inbox", "queued", "reading", "read", "skipped"]

#: A pattern: there is something to read.
SAYS = r"\S"


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


#: Makes an integer one as JSON Schema has it, which takes 4.0 for 4; put it behind a strict field.
WHOLE = BeforeValidator(_whole)


class Model(BaseModel):
    """Base of all: unknown fields in a request are an error, not a silence."""

    model_config = ConfigDict(extra="forbid")
