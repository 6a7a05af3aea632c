"""The only room that opens a socket.

:class:`Client` asks public services politely: one pace per host, retries with
a ceiling, conditional requests, a mirror, limits on size and time, and no
address that is not public.  :class:`LocalProgram` asks a program on this
machine that a person named (Zotero).  What travels over the wire is httpx's business
and stays behind this package: replacing it touches nothing outside.
"""

from tracker.http._client import Client, Limits
from tracker.http._local import LocalProgram
from tracker.http._outgoing import default_user_agent
from tracker.http._stats import Stats

__all__ = ["Client", "Limits", "LocalProgram", "Stats", "default_user_agent"]
