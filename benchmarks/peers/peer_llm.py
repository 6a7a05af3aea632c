"""Fills a collection of ``llm`` with vectors that were handed in, so that ``llm similar`` can be timed on any size."""

import hashlib
import time
from typing import Any

import llm
import numpy as np
import sqlite_utils
from common import task, tell, texts_of


def fill(told: dict[str, Any]) -> dict[str, Any]:
    """Write the rows that ``llm embed-multi`` would write."""
    database = sqlite_utils.Database(told["database"])
    collection = llm.Collection("papers", database, model_id=told["model_id"])
    matrix = np.load(told["corpus"] + "/vectors.npy")
    rows = [
        {
            "collection_id": collection.id,
            "id": name,
            "embedding": llm.encode(vector.tolist()),
            "content": text,
            "content_blob": None,
            "content_hash": hashlib.md5(text.encode(), usedforsecurity=False).digest(),
            "metadata": None,
            "updated": int(time.time()),
        }
        for (name, text), vector in zip(texts_of(told["corpus"]), matrix, strict=True)
    ]
    database["embeddings"].insert_all(rows, replace=True)
    return {"rows": len(rows)}


if __name__ == "__main__":
    tell(fill(task()))
