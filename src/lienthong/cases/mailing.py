"""Mail: what a message is, and the ways it leaves: a mail server, or in a sandbox a folder.

A way says what it knows: it returns when the message is taken, raises `MailRefused` when it is certainly not, and
`MailUnknown` when nobody can tell, in which case the message is not sent again.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

SMTP_SECONDS: Final = 20
"""Until a mail server is given up."""

_SERVER_ERRORS: Final = 500
"""Replies from here on are final (RFC 5321, 4.2.1)."""


class MailSecurity(StrEnum):
    """How the way to the mail server is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"
    """For a server on this machine alone."""


class MailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The section `[mail]`. Without a server no mail is sent, except into a sandbox's folder."""

    host: str = ""
    port: int = 465
    security: MailSecurity = MailSecurity.TLS
    sender: str = ""
    user: str = ""
    password_file: str = ""
    folder: str = "mail"


class MailRefused(Exception):  # noqa: N818 # no fault of ours: what a server decides
    """The message was certainly not taken; `is_final` if another try makes no sense."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


class MailUnknown(Exception):  # noqa: N818 # nobody knows whether it is a fault
    """The message may have been taken."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A message. `id` names it for good: the same message has the same, wherever it comes out."""

    id: str
    to: str
    subject: str
    text: str


class Mailer(Protocol):
    """Sends a message."""

    def send(self, mail: Mail) -> None:
        """Return when it is taken; raises MailRefused, MailUnknown."""
        ...


@dataclass(frozen=True, slots=True)
class FolderMailer:
    """Writes each message into a folder, under its id: the same message is there once."""

    folder: Path
    sender: str = "lienthong@localhost"

    def send(self, mail: Mail) -> None:
        """Write the message whole; a crash leaves a file that is written anew."""
        self.folder.mkdir(0o700, parents=True, exist_ok=True)
        arriving = self.folder / f".{mail.id}.new"
        arriving.write_bytes(bytes(make_message(mail, self.sender)))
        arriving.chmod(0o600)
        arriving.replace(self.folder / f"{mail.id}.eml")


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """Hands messages to a mail server."""

    settings: MailSettings
    password: str = ""

    def send(self, mail: Mail) -> None:
        """Send over a connection of its own."""
        try:
            message = make_message(mail, self.settings.sender)
            with self._connect() as server:
                if self.settings.user:
                    server.login(self.settings.user, self.password)
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise MailRefused(f"the address was refused ({codes})", is_final=min(codes) >= _SERVER_ERRORS) from error
        except (smtplib.SMTPServerDisconnected, TimeoutError) as error:
            raise MailUnknown(str(error)) from error
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise MailRefused(f"the mail server did not take it ({type(error).__name__})") from error

    def _connect(self) -> smtplib.SMTP:
        host, port = self.settings.host, self.settings.port
        if self.settings.security is MailSecurity.TLS:
            return smtplib.SMTP_SSL(host, port, timeout=SMTP_SECONDS, context=ssl.create_default_context())
        server = smtplib.SMTP(host, port, timeout=SMTP_SECONDS)
        if self.settings.security is MailSecurity.STARTTLS:
            server.starttls(context=ssl.create_default_context())
        return server


def make_message(mail: Mail, sender: str) -> EmailMessage:
    """Give the message as it travels. Its id lets a mail program see that a second copy is the same message."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = f"<{mail.id}@{sender.rpartition('@')[2] or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message
