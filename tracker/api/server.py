"""``tracker serve``: API, feeds and schedule in one process."""

from __future__ import annotations

import ipaddress
import logging
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import uvicorn
from anyio.to_thread import current_default_thread_limiter

from tracker.api.apart import update_apart
from tracker.api.app import create_app
from tracker.api.clockwork import Clockwork
from tracker.api.gate import LOCAL_NAMES, Policy
from tracker.errors import SettingsError, TrackerError, UsageError
from tracker.service import Tracker
from tracker.settings import Settings

log = logging.getLogger(__name__)

SHORTEST_TOKEN = 16
#: Requests at once; more are told to come again.  Far above what the readers of one library need.
CONCURRENT = 256
#: Requests that are worked on at once; others wait in order.
THREADS = 4
#: Seconds after which a thread that computes lets another go on.  With Python's own 5 ms the loop, which gives the lock
#: away at each of a request's half a dozen system calls, waits that long each time for one search.
SWITCH = 0.0005
#: Seconds that requests under way have to end when the server stops.
GRACE = 10


def policy_of(settings: Settings, host: str) -> Policy:
    """Who may do what when listening on ``host``.

    Raises:
        SettingsError: the address is not loopback and there is no token, or a setting makes no sense.
    """
    token = settings.service.get("api_token")
    if token is not None and len(token) < SHORTEST_TOKEN:
        raise SettingsError(
            "TRACKER_API_TOKEN is too easy to guess", cure=f"give {SHORTEST_TOKEN} characters or more, at random"
        )
    local = is_loopback(host)
    if not local and token is None:
        raise SettingsError(
            f"{host} can be reached from other machines, and nothing keeps them out",
            cure="set TRACKER_API_TOKEN, or listen on 127.0.0.1",
        )
    names = settings.service.get("allowed_hosts", "").replace(",", " ").lower().split()
    own = {socket.gethostname().lower()} if not local else set()
    return Policy(
        token=token, open_reading=local, hosts=frozenset({*names, *own}), rate=_rate(settings.service.get("api_rate"))
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address; a name other than localhost may be anything."""
    if host.lower() in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def serve(
    library: Tracker, host: str, port: int, *, schedule: bool = True, ready: Callable[[str], None] | None = None
) -> None:
    """Serve until the process is asked to stop (SIGINT, SIGTERM); then end what is under way, in order.

    Args:
        library: open.
        host: the address to listen on.
        port: 0 takes any that is free.
        schedule: also run updates when they are due.
        ready: told the address once requests are taken.

    Raises:
        SettingsError: as :func:`policy_of`.
        UsageError: the address cannot be listened on.
    """
    policy = policy_of(library.settings, host)
    clockwork = Clockwork(library, partial(update_apart, library.settings)) if schedule else None
    app = create_app(library, policy, wake=clockwork.wake if clockwork else None)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nobody may say who they are: the limits count by address
        limit_concurrency=CONCURRENT,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=15,
        h11_max_incomplete_event_size=64 * 1024,
        ws="none",
        lifespan="off",
    )
    with _listening(host, port) as listener:
        server = _Server(config)
        _warm(library)
        if ready is not None:
            ready(_address(listener))
        if clockwork is not None:
            clockwork.start()
        try:
            server.run(sockets=[listener])
        finally:
            if clockwork is not None:
                clockwork.stop()


def _warm(library: Tracker) -> None:
    """Load what reading, searching and writing need, so that no request waits for it; changes nothing.

    What is out of order is told to whoever asks for it: the rest is served.
    """
    for step in (library.status, lambda: library.search("warm", 1), lambda: library.mark_seen(())):
        try:
            step()
        except TrackerError as error:
            log.warning("the service starts nevertheless: %s", error)


class _Server(uvicorn.Server):
    """With few threads for the routes: more would only hand the interpreter's lock around."""

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until asked to stop."""
        current_default_thread_limiter().total_tokens = THREADS
        usual = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH)
        try:
            await super().serve(sockets)
        finally:
            sys.setswitchinterval(usual)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(512)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise UsageError(
            f"{host}:{port} cannot be listened on: {error.strerror or error}", cure="choose another --port or --host"
        ) from error
    with listener:
        yield listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _rate(text: str | None) -> float:
    if text is None:
        return Policy().rate
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 100_000:
        raise SettingsError(f"TRACKER_API_RATE is {text!r}", cure="give requests a second, 1 to 100000")
    return rate
