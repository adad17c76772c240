"""Sends a letter through the mail server that COUNTERPOISE_SMTP_URL names.

The URL is smtps://user:password@host:465?from=sender for TLS from the first byte, or smtp://… for a
server that turns to TLS on request. A server on this machine may go without.
"""

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from counterpoise.domain.values.text import text

URL_NAME, ADDRESS_NAME = "COUNTERPOISE_SMTP_URL", "COUNTERPOISE_ADDRESS"
TIMEOUT_SECONDS = 20
_PORTS = {"smtps": 465, "smtp": 587}
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})


class NoPostbox(LookupError):
    """Nobody said through which server letters go."""


class NotSent(RuntimeError):
    """The server did not take the letter."""


@dataclass(frozen=True, slots=True)
class Postbox:
    """address: where the application is found, for links; empty where nobody said."""

    host: str
    port: int
    is_tls: bool
    user: str
    password: str
    sender: str
    address: str


@dataclass(frozen=True, slots=True)
class Letter:
    """key: the same letter again has the same, so that a mailbox may know it."""

    to: str
    subject: str
    body: str
    key: str


def read_postbox(environment: Mapping[str, str]) -> Postbox:
    """Raises NoPostbox where the environment names none that letters could go through."""
    url = urlsplit(environment.get(URL_NAME, ""))
    sender = parse_qs(url.query).get("from", [""])[0]
    if url.scheme not in _PORTS or not url.hostname or "@" not in sender:
        raise NoPostbox(
            text(
                "{name} names no mail server, so no letter can be sent. Set it to something like"
                " smtps://user:password@mail.example:465?from=counterpoise@company.example.",
                name=URL_NAME,
            )
        )
    return Postbox(
        host=url.hostname,
        port=url.port or _PORTS[url.scheme],
        is_tls=url.scheme == "smtps",
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        sender=sender,
        address=environment.get(ADDRESS_NAME, "").rstrip("/"),
    )


def has_postbox(environment: Mapping[str, str]) -> bool:
    """Whether somebody said through which server letters go."""
    return bool(environment.get(URL_NAME))


def send_letter(postbox: Postbox, letter: Letter) -> None:
    """Raises NotSent."""
    message = EmailMessage()
    message["From"], message["To"] = postbox.sender, letter.to
    message["Subject"] = letter.subject
    message["Message-ID"] = f"<{letter.key}@{postbox.sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    try:
        with _connect(postbox) as server:
            if postbox.user:
                server.login(postbox.user, postbox.password)
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(
            text(
                "The mail server {host} did not take the letter to {to} ({why}). It is tried again"
                " with the next run.",
                host=postbox.host,
                to=letter.to,
                why=type(error).__name__,
            )
        ) from error


def _connect(postbox: Postbox) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if postbox.is_tls:
        return smtplib.SMTP_SSL(
            postbox.host, postbox.port, timeout=TIMEOUT_SECONDS, context=context
        )
    server = smtplib.SMTP(postbox.host, postbox.port, timeout=TIMEOUT_SECONDS)
    if postbox.host not in _HERE:  # a password, and people's names, go over no open line
        server.starttls(context=context)
    return server
