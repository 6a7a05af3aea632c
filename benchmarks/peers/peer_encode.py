"""sentence-transformers' own ``encode``.  A line of JSON ``{"texts": [...]}`` in, ``{"seconds": ...}`` out."""

import json
import sys
import time


def main() -> None:
    """Serve until standard input ends."""
    began = time.perf_counter()
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(sys.argv[1], device="cpu")
    model.encode(["warm up"])
    answer({"ready": time.perf_counter() - began})
    for line in sys.stdin:
        texts = json.loads(line)["texts"]
        began = time.perf_counter()
        model.encode(texts, show_progress_bar=False)
        answer({"seconds": time.perf_counter() - began})


def answer(told: dict[str, float]) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
