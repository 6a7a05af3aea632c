"""chromadb as an index of vectors: documents' and queries' vectors are handed in, nothing is encoded here."""

import time
from typing import Any

import chromadb
import numpy as np
from common import memory_mib, task, tell, timed


def opened(told: dict[str, Any]) -> Any:
    """The client."""
    return chromadb.PersistentClient(told["index"], settings=chromadb.Settings(anonymized_telemetry=False))


def build(told: dict[str, Any]) -> dict[str, Any]:
    """Fill a persistent collection."""
    matrix = np.load(told["corpus"] + "/vectors.npy")
    client = opened(told)
    collection = client.create_collection("papers", metadata={"hnsw:space": "cosine"})
    names = [str(number) for number in range(len(matrix))]
    block = min(5000, client.get_max_batch_size())
    began = time.perf_counter()
    for start in range(0, len(matrix), block):
        collection.add(ids=names[start : start + block], embeddings=matrix[start : start + block])
    return {"build_seconds": time.perf_counter() - began}


def search(told: dict[str, Any]) -> dict[str, Any]:
    """Time queries over it, and compare with the exact answer."""
    queries = np.load(told["query_vectors"])
    collection = opened(told).get_collection("papers")
    times = timed(list(queries), lambda query: collection.query(query_embeddings=[query], n_results=10))
    memory = memory_mib()
    found = [collection.query(query_embeddings=[query], n_results=10)["ids"][0] for query in queries]
    matrix = np.load(told["corpus"] + "/vectors.npy")
    exact = [np.argsort(-(matrix @ query))[:10] for query in queries]
    hits = sum(len({int(name) for name in ids} & set(best.tolist())) for ids, best in zip(found, exact, strict=True))
    return {**times, "rss_mib": memory, "recall": hits / sum(map(len, exact))}


if __name__ == "__main__":
    wanted = task()
    tell({"build": build, "search": search}[wanted["do"]](wanted))
