"""Which addresses may be asked, and how a mirror stands in for them.

Two checks, for two moments.  :func:`public_url` looks at the address as it is
written, before anything is asked.  :func:`is_public` looks at what a name
resolved to, when the connection is made (:mod:`tracker.http._network`), so
that a name which points into a private network is refused as well.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass

import httpx

from tracker.errors import Refused

PORTS = frozenset({80, 443})

#: Names that stand for this machine or a private network by convention (RFC 6761, RFC 8375, ICANN).
_PRIVATE_NAMES = ("localhost", "local", "internal", "home.arpa")

_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+", re.IGNORECASE)

#: IPv6 networks whose last 32 bits are an IPv4 address (NAT64, and the deprecated IPv4-compatible form).
_EMBEDDING = tuple(ipaddress.IPv6Network(text) for text in ("64:ff9b::/96", "::/96"))


def is_public(address: str) -> bool:
    """True when an IP address belongs to the public internet, whatever form hides it (mapped, 6to4, NAT64)."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and any(ip in network for network in _EMBEDDING):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            ip = inner
    return ip.is_global and not ip.is_multicast


def is_loopback(host: str) -> bool:
    """True when a host name or literal is this machine itself; no name is resolved but ``localhost``."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def public_url(url: str) -> httpx.URL:
    """The address, parsed and without its fragment.

    Raises:
        Refused: not HTTP, a user name in it, another port than 80 or 443, or a host that is not on the public
            internet by its name.
    """
    try:
        parsed = httpx.URL(url).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused(f"{url[:200]!r} is not an address: {error}", url=url) from error
    if parsed.scheme not in ("http", "https"):
        raise Refused(f"{url[:200]!r} is not an address on the web", url=url)
    if parsed.userinfo:
        raise Refused(f"the address at {parsed.host} carries a user name", url=url)
    if parsed.port is not None and parsed.port not in PORTS:
        raise Refused(f"{url[:200]} names port {parsed.port}; only 80 and 443 are asked", url=url)
    _check_host(parsed.raw_host.decode("ascii"), url)
    return parsed


def _check_host(host: str, url: str) -> None:
    name = host.rstrip(".").lower()
    literal = _literal(name)
    if literal is not None:
        if not is_public(literal):
            raise Refused(f"{url[:200]} is at {literal}, which is not on the public internet", url=url)
        return
    if not _HOST.fullmatch(name) or any(name == n or name.endswith("." + n) for n in _PRIVATE_NAMES):
        raise Refused(f"{url[:200]} is not at a host of the public internet", url=url)


def _literal(name: str) -> str | None:
    """The IP address that a host is written as, in any notation that a resolver takes (``0x7f.1``, ``2130706433``)."""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(name))
    except OSError:
        return None


@dataclass(frozen=True, slots=True)
class Mirror:
    """A server that answers for ``https://HOST/PATH?QUERY`` at ``BASE/HOST/PATH?QUERY``."""

    base: httpx.URL

    @classmethod
    def at(cls, address: str) -> Mirror:
        """The mirror at an address such as ``http://127.0.0.1:8765``."""
        return cls(httpx.URL(address.rstrip("/") + "/"))

    @property
    def is_local(self) -> bool:
        """True when it runs on this machine."""
        return is_loopback(self.base.host)

    def asked(self, public: httpx.URL) -> httpx.URL:
        """Where to ask for a public address."""
        return httpx.URL(f"{self.base}{(public.raw_host + public.raw_path).decode('ascii')}")

    def holds(self, asked: httpx.URL) -> bool:
        """True when an address is one of the mirror's own."""
        same = (asked.scheme, asked.host, asked.port) == (self.base.scheme, self.base.host, self.base.port)
        return same and asked.raw_path.startswith(self.base.raw_path)

    def public(self, asked: httpx.URL) -> str:
        """The public address that one of the mirror's own stands for."""
        return "https://" + asked.raw_path[len(self.base.raw_path) :].decode("ascii")
