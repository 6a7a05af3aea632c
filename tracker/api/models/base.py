"""What all shapes share."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

Status = Literal["inbox", "queued", "reading", "read", "skipped"]

#: A pattern: there is something to read.  Spelled out, because dialects differ on which controls are white space.
SAYS = r"[^\s\x00-\x1f\x7f-\xa0\ufeff]"


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


#: Makes an integer one as JSON Schema has it, which takes 4.0 for 4; put it behind a strict field.
WHOLE = BeforeValidator(_whole)


class Model(BaseModel):
    """Base of all: unknown fields in a request are an error, not a silence."""

    model_config = ConfigDict(extra="forbid")
