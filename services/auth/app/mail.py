"""Mail goes out after its event is committed, from a sealed queue, once or more but never lost."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections import deque
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from services.auth.views import work
from services.kernel.codec import instant
from services.kernel.configuration import Configuration
from services.kernel.database import writing
from services.kernel.keyring import Keyring
from services.kernel.offhub import blocking
from services.kernel.unit import Store, Unit

log = logging.getLogger(__name__)

KEPT_IN_MEMORY = 1000
TEXTS = {
    "invitation": (
        "Uitnodiging voor CrisisConnect / Invitation to CrisisConnect",
        """\
U bent uitgenodigd om een account te openen in CrisisConnect. De link werkt één keer, zeven dagen lang:

{link}

Verwachtte u dit niet, dan hoeft u niets te doen.

You have been invited to open an account in CrisisConnect. The link works once, for seven days:

{link}

If you did not expect this, you need not do anything.
""",
    ),
    "restriction_ends": (
        "Uw gegevens worden weer gebruikt / Your data will be used again",
        """\
Op uw verzoek worden uw gegevens in CrisisConnect alleen bewaard. Dat eindigt niet eerder dan {about}. Waarom, leest u
bij uw verzoek in de app; bent u het er niet mee eens, laat het uw Beheerder dan vóór die dag weten:

{link}

On your request your data in CrisisConnect is only stored. That ends no sooner than {about}. You find the reasons with
your request in the app; if you do not agree, tell your Beheerder before that day:

{link}
""",
    ),
    "request_due_soon": (
        "Een verzoek moet bijna beantwoord zijn / A data request is due soon",
        """\
Het verzoek {about} moet binnenkort beantwoord zijn. De datum staat erbij:

{link}

The data request {about} has to be answered soon. You find the date with it:

{link}
""",
    ),
    "request_overdue": (
        "Een verzoek is te laat beantwoord / A data request is overdue",
        """\
De termijn voor het verzoek {about} is voorbij. Het antwoord is nog altijd verschuldigd:

{link}

The term for the data request {about} is over. The answer is still owed:

{link}
""",
    ),
    "delivery": (
        "Het antwoord op uw verzoek ligt klaar / The answer to your request is ready",
        """\
Het antwoord op uw verzoek ligt klaar. U haalt het één keer op, met deze link en met de code die u op een andere manier
krijgt (per telefoon, per brief of aan de balie):

{link}

De link zegt tot wanneer dat kan; vraag uw Beheerder daarna om een nieuwe. Wie u ook belt of schrijft: geef deze link
aan niemand.

The answer to your request is ready. You fetch it once, with this link and with the code that reaches you in another way
(by telephone, by letter or at the counter):

{link}

The link says until when; after that, ask your Beheerder for a new one. Whoever calls or writes: give this link to
nobody.
""",
    ),
}


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
    """`text` names it, `about` is a day or a case's id; the others are sealed."""

    text: str
    recipient: str
    link: str
    about: str | None = None


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

    def post(self, unit: Unit, account: str, text: str, recipient: str, path: str, *, about: str | None = None) -> None:
        """Queue one mail, sealed under the recipient's own keys: it goes when they do."""
        if unit.keys is None:
            raise RuntimeError("prepare the recipient's keys before the transaction")
        owner = f"account/{account}"
        work.post(
            unit.session,
            str(uuid4()),
            account,
            text,
            unit.keys.seal(owner, "email", "auth.Mail", "recipient", recipient),
            unit.keys.seal(owner, "credentials", "auth.Mail", "link", f"{self._public_url}{path}"),
            instant(datetime.now(UTC)),
            about,
        )

    def send_due(self) -> None:
        with self._store.reading() as session:
            due = work.mails_due(session, instant(datetime.now(UTC)))
        for row in due:
            to, link = self._keyring.open_many([(row.recipient, "recipient"), (row.link, "link")])
            delivered = to is None or link is None or self._try(row.text, to, link, row.about)
            if delivered and isinstance(self._out, Memory):
                self._out.mails.appendleft(Sent(row.text, row.recipient, row.link, row.about))
            with writing(self._store.engine) as session:
                if delivered:
                    work.sent(session, row.id)
                else:
                    work.put_off(session, row.id, row.tries + 1, datetime.now(UTC))

    def _try(self, text: str, to: str, link: str, about: str | None) -> bool:
        subject, body = TEXTS[text]
        try:
            self._out.send(to, subject, body.format(link=link, about=about))
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
            (one.text, to, link, one.about) for one, to, link in found if to and link and recipient in (None, "", to)
        ]
        return [_shown(*mail) for mail in mine[:100]]


def _shown(text: str, to: str, link: str, about: str | None) -> dict[str, Any]:
    subject, body = TEXTS[text]
    return {"to": to, "subject": subject, "text": body.format(link=link, about=about), "links": [link]}
