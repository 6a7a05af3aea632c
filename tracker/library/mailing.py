"""Mail by SMTP, encrypted unless the server is this machine."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from tracker.errors import FetchError, Offline, SettingsError
from tracker.settings import Settings

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def send(settings: Settings, subject: str, text: str, html: str) -> str:
    """Send a message with both forms; returns to whom.

    Raises:
        SettingsError: TRACKER_SMTP_URL or TRACKER_DIGEST_TO is missing or cannot be read.
        FetchError: the server did not take it.
    """
    message = EmailMessage()
    url, to = settings.service.get("smtp_url"), settings.service.get("digest_to")
    if not url or not to:
        raise SettingsError(
            "mail is not set up", cure="set TRACKER_SMTP_URL (smtps://user:password@host) and TRACKER_DIGEST_TO"
        )
    if settings.offline:
        raise Offline("no mail is sent: TRACKER_OFFLINE is set")
    try:
        message["Subject"], message["To"] = subject, to
        message["From"] = settings.service.get("digest_from") or to
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SettingsError("TRACKER_SMTP_URL or TRACKER_DIGEST_TO cannot be read") from error
    if parts.scheme not in ("smtp", "smtps") or not host:
        raise SettingsError("TRACKER_SMTP_URL is no mail server", cure="give smtps://user:password@host")
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    try:
        with _connected(parts.scheme, host, port) as server:
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise FetchError(f"{host} did not take the mail: {error}", cure="check TRACKER_SMTP_URL") from error
    return to


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
