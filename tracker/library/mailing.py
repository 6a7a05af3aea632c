"""Mail by SMTP, encrypted unless the server is this machine."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import getaddresses, localtime
from urllib.parse import unquote, urlsplit

from tracker.errors import FetchError, Offline, SettingsError
from tracker.settings import Settings

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over, and to whom it goes.  The password shows in no representation."""

    scheme: str
    host: str
    port: int | None
    user: str
    password: str = field(repr=False)
    sender: str
    to: tuple[str, ...]


def server_of(settings: Settings) -> Server:
    """The server that is set.

    Raises:
        SettingsError: TRACKER_SMTP_URL or TRACKER_DIGEST_TO is missing or cannot be read.
        Offline: nothing may be sent.
    """
    url, to = settings.service.get("smtp_url"), settings.service.get("digest_to")
    if not url or not to:
        raise SettingsError(
            "mail is not set up", cure="set TRACKER_SMTP_URL (smtps://user:password@host) and TRACKER_DIGEST_TO"
        )
    if settings.offline:
        raise Offline("no mail is sent: TRACKER_OFFLINE is set")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SettingsError("TRACKER_SMTP_URL cannot be read") from error
    if parts.scheme not in ("smtp", "smtps") or not host:
        raise SettingsError("TRACKER_SMTP_URL is no mail server", cure="give smtps://user:password@host")
    addresses = tuple(dict.fromkeys(address for _, address in getaddresses([to]) if "@" in address))
    if not addresses or any(c in to for c in "\r\n"):
        raise SettingsError("TRACKER_DIGEST_TO is no mail address", cure="give one, or several with commas between")
    return Server(
        scheme=parts.scheme,
        host=host,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=settings.service.get("digest_from") or addresses[0],
        to=addresses,
    )


def send(server: Server, to: str, subject: str, text: str, html: str) -> None:
    """Send one address a message with both forms.

    Raises:
        SettingsError: the sender is no address.
        FetchError: the server did not take it.
    """
    message = EmailMessage()
    try:
        message["Subject"], message["To"], message["From"] = subject, to, server.sender
    except ValueError as error:
        raise SettingsError("TRACKER_DIGEST_FROM or TRACKER_DIGEST_TO cannot be read") from error
    # The same message again has the same name, so that a mailbox shows a repetition as one.
    name = hashlib.sha256("\n".join((to, subject, text)).encode("utf-8", "replace")).hexdigest()[:32]
    message["Message-ID"] = f"<{name}@paper-tracker>"
    message["Date"] = localtime()
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    try:
        with _connected(server.scheme, server.host, server.port) as connection:
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise FetchError(
            f"{server.host} did not take the mail to {to}: {error}", cure="check TRACKER_SMTP_URL"
        ) from error


def _connected(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=30, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port or 587, timeout=30)
    if host not in _LOCAL:
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server
