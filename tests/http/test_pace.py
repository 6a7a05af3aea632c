from __future__ import annotations

import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.http.clock import Clock
from tests.http.server import Asked, Reply, Server
from tracker.http import Client
from tracker.http._pace import Pacer, courtesy
from tracker.records import Request

ARXIV = "export.arxiv.org"


def pacer(folder: Path, clock: Clock, interval: float | None = None) -> Pacer:
    return Pacer(interval, folder, clock=clock, wall=clock, sleep=clock.sleep)


@pytest.mark.parametrize(
    ("host", "path", "seconds"),
    [
        (ARXIV, "/api/query", 3.0),
        ("api.semanticscholar.org", "/graph/v1/paper/batch", 1.0),
        ("api.openalex.org", "/works", 0.1),
        ("api.crossref.org", "/works", 1.0),
        ("api.crossref.org", "/works/10.1/x", 0.2),
        ("huggingface.co", "/api/papers/1", 0.25),
        ("paperswithcode.co", "/", 0.25),
        ("api.github.com", "/", 0.2),
        ("raw.githubusercontent.com", "/", 0.1),
        ("example.org", "/", 1.0),
    ],
)
def test_the_published_courtesies(host: str, path: str, seconds: float) -> None:
    assert courtesy(host, path) == seconds


def test_requests_to_one_host_keep_its_pace_and_others_do_not_wait(tmp_path: Path) -> None:
    clock = Clock()
    paced = pacer(tmp_path, clock)
    starts = []
    for host in ("a.example", "b.example", "a.example", "a.example"):
        with paced.turn(host, "/"):
            starts.append(clock.now)
    assert starts == [1000.0, 1000.0, 1001.0, 1002.0]


def test_the_setting_overrides_every_courtesy(tmp_path: Path) -> None:
    clock = Clock()
    paced = pacer(tmp_path, clock, interval=0.5)
    for host in ("a.example", "a.example", ARXIV, ARXIV):
        with paced.turn(host, "/"):
            pass
    assert clock.slept == [0.5, 0.5]
    quick = pacer(tmp_path / "quick", clock, interval=0.0)
    for _ in range(5):
        with quick.turn(ARXIV, "/"):
            pass
    assert clock.slept == [0.5, 0.5]
    assert not (tmp_path / "quick").exists()


def test_arxivs_pace_counts_from_the_end_of_a_request_and_over_its_hosts(tmp_path: Path) -> None:
    clock = Clock()
    paced = pacer(tmp_path, clock)
    with paced.turn(ARXIV, "/api/query"):
        clock.now += 10.0
    with paced.turn("arxiv.org", "/abs/1"):
        assert clock.now == 1013.0


def test_arxivs_pace_holds_for_two_that_share_a_folder(tmp_path: Path) -> None:
    clock = Clock()
    one, other = pacer(tmp_path, clock), pacer(tmp_path, clock)
    with one.turn(ARXIV, "/"):
        pass
    with other.turn(ARXIV, "/"):
        assert clock.now == 1003.0


def test_a_damaged_or_future_moment_does_not_stop_anybody(tmp_path: Path) -> None:
    clock = Clock()
    (tmp_path / f"pace-{ARXIV}.next").write_text("not a number")
    with pacer(tmp_path, clock).turn(ARXIV, "/"):
        assert clock.now == 1000.0
    (tmp_path / f"pace-{ARXIV}.next").write_text("9e99")
    with pacer(tmp_path, clock).turn(ARXIV, "/"):
        assert clock.now == 1003.0


def test_a_hold_is_everybodys(tmp_path: Path) -> None:
    clock = Clock()
    paced = pacer(tmp_path, clock)
    paced.hold("a.example", 20.0)
    with paced.turn("a.example", "/"):
        assert clock.now == 1020.0


def test_arxiv_is_asked_one_request_at_a_time(server: Server, make: Callable[..., Client]) -> None:
    under_way = most = 0
    lock = threading.Lock()

    def answer(asked: Asked) -> Reply:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.02)
        with lock:
            under_way -= 1
        return Reply(body=b"ok")

    server.routes["/export.arxiv.org/api/query"] = answer
    client = make()
    request = Request("https://export.arxiv.org/api/query")
    threads = [threading.Thread(target=client.fetch, args=(request,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert client.stats.requests == 6


def test_two_processes_keep_arxivs_pace_together(tmp_path: Path) -> None:
    """Each process writes the moments of its requests; all of them together must be apart."""
    script = f"""
import sys, time
from pathlib import Path
from tracker.http._pace import Pacer
pacer = Pacer(0.2, Path({str(tmp_path)!r}), clock=time.monotonic, wall=time.time, sleep=time.sleep)
for _ in range(4):
    with pacer.turn("export.arxiv.org", "/"):
        print(time.time(), flush=True)
        time.sleep(0.05)
        print(time.time(), flush=True)
"""
    root = Path(__file__).resolve().parents[2]
    running = [
        subprocess.Popen([sys.executable, "-c", script], cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    spans = []
    for process in running:
        printed, _ = process.communicate(timeout=240)
        moments = [float(line) for line in printed.split()]
        spans += list(zip(moments[::2], moments[1::2], strict=True))
    spans.sort()
    assert len(spans) == 8
    for (_, ended), (started, _) in itertools.pairwise(spans):
        assert started - ended > 0.15  # the pace, less what the clock of the machine jitters
