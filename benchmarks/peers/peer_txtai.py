"""txtai with a hybrid index.

``{"do": "index"}`` embeds and indexes texts as txtai does.  ``{"do": "build"}``
indexes a corpus whose vectors were handed in (made by the same model), since
embedding it again would take long; ``{"do": "search"}`` times queries over that
in a fresh process, everything included: queries are encoded by txtai itself.
"""

import time
from typing import Any

from common import memory_mib, task, tell, texts_of, timed
from txtai import Embeddings
from txtai.vectors.dense.huggingface import HFVectors

HANDED: dict[str, Any] = {}


class Handed(HFVectors):
    """txtai's own way for queries; documents get the vectors that were handed in."""

    def encode(self, data: Any, category: Any = None) -> Any:
        """Vectors of a batch."""
        import numpy as np

        if category == "data":
            return np.stack([HANDED[text] for text in data]).astype(np.float32)
        return super().encode(data, category)


def index(told: dict[str, Any]) -> dict[str, Any]:
    """Embed and index some texts."""
    rows = texts_of(told["corpus"], told["texts"])
    embeddings = Embeddings(path=told["model"], hybrid=True)
    embeddings.index([rows[0]])  # the model is loaded before the clock starts
    began = time.perf_counter()
    embeddings.index(rows)
    return {"texts": len(rows), "seconds": time.perf_counter() - began, "rss_mib": memory_mib()}


def build(told: dict[str, Any]) -> dict[str, Any]:
    """Index a whole corpus with the vectors that were handed in, and save it."""
    import numpy as np

    rows = texts_of(told["corpus"])
    HANDED.update(zip((text for _, text in rows), np.load(told["corpus"] + "/vectors.npy"), strict=True))
    embeddings = Embeddings(path=told["model"], method="__main__.Handed", hybrid=True)
    began = time.perf_counter()
    embeddings.index(rows)
    seconds = time.perf_counter() - began
    embeddings.save(told["index"])
    return {"build_seconds": seconds}


def search(told: dict[str, Any]) -> dict[str, Any]:
    """Time queries over a saved index."""
    embeddings = Embeddings()
    embeddings.load(told["index"])
    for query in told["before"]:
        embeddings.search(query, 10)
    times = timed(told["queries"], lambda query: embeddings.search(query, 10))
    return {**times, "rss_mib": memory_mib()}


if __name__ == "__main__":
    wanted = task()
    tell({"index": index, "build": build, "search": search}[wanted["do"]](wanted))
