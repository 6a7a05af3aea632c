"""Parsing a long list in a process of its own, while the lists beside it are read and stored in this one.

As a program (``python -m tracker.sources.apart``) it reads a pickled source and its documents from its standard input
and writes the pickled :class:`Parsed`, or the :class:`ParseError`, to its standard output.  It talks to nobody but the
process that started it, and ends with it.
"""

from __future__ import annotations

import gc
import logging
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

from tracker import running
from tracker.errors import ParseError
from tracker.records import Document, Parsed, SourceSpec

log = logging.getLogger(__name__)

#: Bytes from which parsing takes longer than to start a process (about 0.3 s).
LONG = 300_000


def parse_apart(spec: SourceSpec, documents: Sequence[Document]) -> Callable[[], Parsed | None] | None:
    """Start to parse a long list; None for one that is not worth it.

    Returns:
        What waits for the outcome: the entries; or None where the process could not do it, whatever the reason, and
        somebody else must.  It raises ``ParseError`` as parsing here would.
    """
    if sum(len(document.body) for document in documents) < LONG:
        return None
    try:
        process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            running.command("tracker.sources.apart"),
            env=running.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        log.info("%s is parsed here: no process of its own: %s", spec.slug, error)
        return None
    answers: list[tuple[bytes, bytes]] = []
    question = pickle.dumps((spec, tuple(documents)))
    talk = threading.Thread(target=lambda: answers.append(process.communicate(question)), daemon=True)
    talk.start()

    def outcome() -> Parsed | None:
        talk.join()
        said, complaint = answers[0] if answers else (b"", b"")
        if process.returncode or not said:
            last = complaint.decode(errors="replace").strip().splitlines()[-1:]
            log.info("%s is parsed here: its own process ended with %s %s", spec.slug, process.returncode, last)
            return None
        found = pickle.loads(said)  # noqa: S301 - what our own process wrote
        if isinstance(found, ParseError):
            raise found
        return found if isinstance(found, Parsed) else None

    return outcome


def main() -> None:
    """The program."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it decides; it ends when nobody listens any more
    gc.disable()  # it lives for a second or two
    from tracker.sources.registry import kind

    question = sys.stdin.buffer.read()
    if not question:
        return
    spec, documents = pickle.loads(question)  # noqa: S301 - what our own process wrote
    found: Parsed | ParseError
    try:
        found = kind(spec.kind).parse(spec, documents)
    except ParseError as error:
        found = error
    sys.stdout.buffer.write(pickle.dumps(found))


if __name__ == "__main__":
    main()
