"""What every request passes before a route sees it: host, rate, token, sizes.

*Host.*  A page in a browser can make its own domain point to 127.0.0.1 and
then read this server as if it were its own site (DNS rebinding).  It cannot
choose the Host header, though, so that names we do not know are refused.
Addresses in figures are always fine: no domain is involved.

*Token.*  Reading on loopback is free; writing, and everything on any other
address, needs the token: as ``Authorization: Bearer``, or, for feed readers,
which know nothing else, as the password of Basic when reading.  Basic is no
good for writing, because a browser sends it along with requests that another
site makes it send.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracker.api.limits import Buckets
from tracker.api.problems import problem

READING = frozenset({"GET", "HEAD", "OPTIONS"})
LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Who may do what, and how much.

    ``token`` opens writing, and everything where ``open_reading`` is False.
    ``hosts`` are names in addition to addresses in figures and localhost.
    ``rate`` is in requests a second and client; ``guesses`` are the wrong
    tokens of a client before it has to wait; sizes are in bytes.
    """

    token: str | None = None
    open_reading: bool = True
    hosts: frozenset[str] = frozenset()
    rate: float = 200.0
    guesses: int = 10
    max_body: int = 256 * 1024
    max_target: int = 8 * 1024


class Gate:
    """ASGI middleware that lets through what the policy allows and answers the rest itself."""

    def __init__(self, app: ASGIApp, policy: Policy, now: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._policy = policy
        self._reads = Buckets(policy.rate, 2 * policy.rate, now)
        self._writes = Buckets(policy.rate / 10, policy.rate / 2, now)
        self._wrong_tokens = Buckets(0.2, policy.guesses, now)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None and scope["method"] not in READING:
            body = await _read(receive, self._policy.max_body)
            if body is None:
                refusal = problem(413, f"a body has at most {self._policy.max_body} bytes", kind="too-large")
            else:
                receive = _replayed(body, receive)
        send = _with_safety_headers(send)
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if not self._knows(headers.get("host", "")):
            return problem(421, "this server does not go by that name; set TRACKER_ALLOWED_HOSTS", kind="wrong-host")
        if len(scope.get("raw_path") or b"") + len(scope.get("query_string", b"")) > self._policy.max_target:
            return problem(414, f"an address has at most {self._policy.max_target} bytes", kind="too-large")
        client = (scope.get("client") or ("",))[0]
        writes = scope["method"] not in READING
        wait = (self._writes if writes else self._reads).take(client)
        if wait:
            return _too_many(wait)
        if self._policy.open_reading and not writes:
            return None
        return self._without_token(headers.get("authorization", ""), client, writes)

    def _without_token(self, authorization: str, client: str, writes: bool) -> Response | None:
        if self._policy.token is None:
            return problem(403, "writing needs a token: start the server with TRACKER_API_TOKEN", kind="no-token")
        told = _bearer(authorization) or (None if writes else _basic(authorization))
        if told is not None and hmac.compare_digest(told.encode(), self._policy.token.encode()):
            return None
        # Only a wrong guess costs: the right token is never locked out by what others on its address try.
        if told is not None and (wait := self._wrong_tokens.take(client)):
            return _too_many(wait)
        asks = 'Bearer realm="paper-tracker"' + ("" if writes else ', Basic realm="paper-tracker"')
        return problem(401, "this needs the server's token", kind="token-needed", headers={"WWW-Authenticate": asks})

    def _knows(self, host: str) -> bool:
        name = host_name(host)
        if name in LOCAL_NAMES or name in self._policy.hosts:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def host_name(host: str) -> str:
    """The name in a Host header, without port, brackets and a last dot, in lower case."""
    text = host.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0].removesuffix(".")


def _bearer(authorization: str) -> str | None:
    scheme, _, value = authorization.partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


def _basic(authorization: str) -> str | None:
    """The password; the name is of no account."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _too_many(wait: float) -> Response:
    return problem(429, "too many requests", kind="too-many", headers={"Retry-After": str(math.ceil(wait))})


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The whole body; None when it is longer than the limit."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > limit:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _replayed(body: bytes, rest: Receive) -> Receive:
    told = False

    async def receive() -> Message:
        nonlocal told
        if told:
            return await rest()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _with_safety_headers(send: Send) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("X-Content-Type-Options", "nosniff")
            headers.setdefault("Referrer-Policy", "no-referrer")
            headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
            headers.add_vary_header("Authorization")
        await send(message)

    return wrapped


def _without_body(send: Send) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return wrapped
