"""Mail goes out after its event is committed, from a sealed queue, once or more but never lost."""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
from collections import deque
from datetime import UTC, datetime, time
from email.message import EmailMessage
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from services.auth.app.texts import TEXTS
from services.auth.views import work
from services.kernel.calls.offhub import blocking
from services.kernel.codec import instant
from services.kernel.commands.unit import Store, Unit
from services.kernel.configuration import Configuration
from services.kernel.keys.keyring import Keyring
from services.kernel.moments import AMSTERDAM, day
from services.kernel.store.database import writing

log = logging.getLogger(__name__)

KEPT_IN_MEMORY = 1000
_DAY = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)(?: (?P<hour>\d\d):(?P<minute>\d\d))?")


def kept(moment: datetime) -> str:
    """As a mail waits with it: the day and the time in Amsterdam; of a midnight the day alone."""
    local = moment.astimezone(AMSTERDAM)
    return f"{local:%Y-%m-%d}" if local.time() == time() else f"{local:%Y-%m-%d %H:%M}"


def spoken(waiting: str | None, lang: str) -> str | None:
    """What was kept as people say it: `1 maart 2026 om 14.05 uur`; what is no day stays, as the id of a case does."""
    found = _DAY.fullmatch(waiting or "")
    if found is None:
        return waiting
    hour, minute = found["hour"], found["minute"]
    at = {"nl": f" om {hour}.{minute} uur", "en": f" at {hour}:{minute}"}[lang] if hour else ""
    return f"{day(found['day'], lang)}{at}"


class Transport(Protocol):
    def send(self, to: str, subject: str, text: str) -> None: ...


class Memory:
    """Development: mail goes nowhere; what was sent stays in this process's memory, sealed as it was queued.

    So it goes with its recipient's keys, like everything else of them.
    """

    def __init__(self) -> None:
        self.mails: deque[Sent] = deque(maxlen=KEPT_IN_MEMORY)
        """The newest first."""

    def send(self, to: str, subject: str, text: str) -> None:
        return


class Sent(NamedTuple):
    """`text` names it, `about` is a day or a case's id, `until` a moment as it is shown; the others are sealed."""

    text: str
    recipient: str
    link: str
    about: str | None = None
    until: str | None = None


class Smtp:
    """An SMTP server by URL. STARTTLS is required, but for a server on this very machine."""

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "localhost", parts.port or 25
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender = sender
        self._local = self._host in ("localhost", "127.0.0.1", "::1")

    def send(self, to: str, subject: str, text: str) -> None:
        blocking(self._send, to, subject, text)

    def _send(self, to: str, subject: str, text: str) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, to, subject
        message.set_content(text)
        with smtplib.SMTP(self._host, self._port, timeout=10) as server:
            if not self._local:
                server.starttls(context=ssl.create_default_context())
            if self._user:
                server.login(self._user, self._password)
            server.send_message(message)


def transport(configuration: Configuration) -> Transport:
    if configuration.smtp_url:
        host = urlsplit(configuration.public_url).hostname or "localhost"
        return Smtp(configuration.smtp_url, f"no-reply@{host}")
    return Memory()


class Mailer:
    """Queues mail inside a command's transaction, and sends what is due."""

    def __init__(self, store: Store, keyring: Keyring, out: Transport, public_url: str) -> None:
        self._store = store
        self._keyring = keyring
        self._out = out
        self._public_url = public_url

    def post(
        self,
        unit: Unit,
        account: str,
        text: str,
        recipient: str,
        path: str,
        *,
        about: str | None = None,
        until: str | None = None,
        owner: str | None = None,
    ) -> None:
        """Queue one mail, sealed under the recipient's own keys, or those of `owner`: it goes when they do."""
        if unit.keys is None:
            raise RuntimeError("prepare the recipient's keys before the transaction")
        owner = owner or f"account/{account}"
        work.post(
            unit.session,
            str(uuid4()),
            account,
            text,
            unit.keys.seal(owner, "email", "auth.Mail", "recipient", recipient),
            unit.keys.seal(owner, "credentials", "auth.Mail", "link", f"{self._public_url}{path}"),
            instant(datetime.now(UTC)),
            about,
            until,
        )

    def send_due(self) -> None:
        with self._store.reading() as session:
            due = work.mails_due(session, instant(datetime.now(UTC)))
        for row in due:
            to, link = self._keyring.open_many([(row.recipient, "recipient"), (row.link, "link")])
            sealed = Sent(row.text, row.recipient, row.link, row.about, row.until)
            delivered = to is None or link is None or self._try(sealed._replace(recipient=to, link=link))
            if delivered and isinstance(self._out, Memory):
                self._out.mails.appendleft(sealed)
            with writing(self._store.engine) as session:
                if delivered:
                    work.sent(session, row.id)
                else:
                    work.put_off(session, row.id, row.tries + 1, datetime.now(UTC))

    def _try(self, opened: Sent) -> bool:
        subject, body = _words(opened)
        try:
            self._out.send(opened.recipient, subject, body)
        except (OSError, smtplib.SMTPException) as error:
            log.warning("a mail could not be sent: %s", type(error).__name__)
            return False
        return True

    @property
    def forgets(self) -> bool:
        """Whether sent mail is gone with this process: in development, where it stays in memory."""
        return isinstance(self._out, Memory)

    def shown(self, recipient: str | None) -> list[dict[str, Any]]:
        """What a development run keeps in memory, the newest first; nothing where mail really goes out."""
        sent = list(self._out.mails) if isinstance(self._out, Memory) else []
        opened = self._keyring.open_many(
            [pair for one in sent for pair in ((one.recipient, "recipient"), (one.link, "link"))]
        )
        found = zip(sent, opened[::2], opened[1::2], strict=True)
        mine = [
            one._replace(recipient=to, link=link)
            for one, to, link in found
            if to and link and recipient in (None, "", to)
        ]
        return [_shown(mail) for mail in mine[:100]]


def _shown(opened: Sent) -> dict[str, Any]:
    subject, body = _words(opened)
    return {"to": opened.recipient, "subject": subject, "text": body, "links": [opened.link]}


def _words(opened: Sent) -> tuple[str, str]:
    """Each language says days and moments in its own way."""
    subject, body = TEXTS[opened.text]
    said = [
        half.format(link=opened.link, about=spoken(opened.about, lang), until=spoken(opened.until, lang))
        for lang, half in zip(("nl", "en"), halves(body), strict=True)
    ]
    return subject, "\n\n".join(said)


def halves(body: str) -> tuple[str, str]:
    """The paragraphs in Dutch, and as many in English."""
    paragraphs = body.split("\n\n")
    middle = len(paragraphs) // 2
    return "\n\n".join(paragraphs[:middle]), "\n\n".join(paragraphs[middle:])
