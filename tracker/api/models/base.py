"""What all shapes share."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Status = Literal["inbox", "queued", "reading", "read", "skipped"]


class Model(BaseModel):
    """Base of all: unknown fields in a request are an error, not a silence."""

    model_config = ConfigDict(extra="forbid")
