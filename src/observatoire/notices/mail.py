"""Notices by e-mail: one message for all that is new; no figure, no name but those of the sources."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Self

from observatoire.notices.errors import MailNotSent, MailUnsafe
from observatoire.settings import Settings
from observatoire.store.notices import NoticeRecord

SECONDS = 20.0


def sentence(notice: NoticeRecord) -> str:
    """What a notice says, in French."""
    first, last = f"{notice.first_month:%m/%Y}", f"{notice.last_month:%m/%Y}"
    months = f"pour {first}" if first == last else f"de {first} à {last}"
    return f"« {notice.source} » ({notice.label}) : rien reçu {months}, le délai convenu est passé."


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An SMTP server and who is told. ``security``: ``aucune``, ``starttls`` or ``tls``."""

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str
    recipients: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The mailbox of the settings; None when they name no server or nobody to tell.

        Raises:
            MailUnsafe: a password would travel in clear.
        """
        recipients = settings.words(settings.notice_recipients)
        if not settings.smtp_host or not recipients:
            return None
        if settings.smtp_user and settings.smtp_security == "aucune":
            raise MailUnsafe
        return cls(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_security,
            settings.smtp_user,
            settings.smtp_password.get_secret_value(),
            settings.smtp_sender or f"observatoire@{settings.smtp_host}",
            recipients,
        )

    def tell(self, notices: Sequence[NoticeRecord]) -> None:
        """Send one message about some notices.

        Raises:
            MailNotSent: the server can't be reached, or refused it.
        """
        message = self._message(notices)
        try:
            with self._connected() as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            # Never the message of the error: it may hold what the server was told.
            raise MailNotSent(type(error).__name__) from None

    def _message(self, notices: Sequence[NoticeRecord]) -> EmailMessage:
        late = f"{len(notices)} sources en retard" if len(notices) > 1 else "une source en retard"
        message = EmailMessage()
        message["Subject"] = f"Observatoire : {late}"
        message["From"] = self.sender
        message["To"] = ", ".join(self.recipients)
        message["Date"] = formatdate(localtime=True)
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2] or None)
        lines = [
            "Bonjour,",
            "",
            *(f"- {sentence(notice)}" for notice in notices),
            "",
            "Ces mois sont absents, ils ne valent pas zéro. Relancez le service concerné : il envoie son",
            "fichier, ou déclare « rien à signaler ». Ce silence ne vous sera pas signalé de nouveau.",
        ]
        message.set_content("\n".join(lines))
        return message

    def _connected(self) -> smtplib.SMTP:
        if self.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
        if self.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        return server
