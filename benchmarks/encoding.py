"""Our encoder as a worker: a line of JSON ``{"texts": [...]}`` in, ``{"seconds": ...}`` out.

python -m benchmarks.encoding HOME
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def main() -> None:
    """Serve until standard input ends."""
    began = time.perf_counter()
    from tracker.embed.load import load_encoder
    from tracker.settings import load_settings

    encoder = load_encoder(load_settings(sys.argv[1], {}), prepare=True)
    encoder.encode(["warm up"])
    _answer({"ready": time.perf_counter() - began, "model": encoder.model})
    for line in sys.stdin:
        texts = json.loads(line)["texts"]
        began = time.perf_counter()
        encoder.encode(texts)
        _answer({"seconds": time.perf_counter() - began})


def _answer(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
