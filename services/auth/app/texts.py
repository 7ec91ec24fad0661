"""What people are mailed, in Dutch and English: by the name of each, its subject and its words.

`{link}` is where to look, `{about}` a day or the id of a case, `{until}` a moment. As many paragraphs are Dutch as are
English, and come first: each language says days and moments in its own way. A mail rests in a mailbox: nothing
else of what it is about stands in it.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.auth.app.request_texts import REQUESTS

TEXTS: Mapping[str, tuple[str, str]] = {
    **REQUESTS,
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
    "password_reset": (
        "Een nieuw wachtwoord kiezen / Choosing another password",
        """\
Iemand vroeg om een nieuw wachtwoord voor een account in CrisisConnect bij dit adres. Met deze link kiest u er een. De
link werkt één keer, een uur lang. U heeft er uw gebruikersnaam bij nodig, en die staat hier met opzet niet:

{link}

Was u dit niet, dan hoeft u niets te doen: uw wachtwoord blijft zoals het is.

Somebody asked for another password for an account in CrisisConnect with this address. You choose one with this link; it
works once, for an hour. You need your user name with it, which is left out here on purpose:

{link}

If this was not you, you need not do anything: your password stays as it is.
""",
    ),
    "password_changed": (
        "Uw wachtwoord is gewijzigd / Your password was changed",
        """\
Het wachtwoord van een account in CrisisConnect bij dit adres is gewijzigd. Wie ermee was ingelogd, is nu uitgelogd.
Was u dit niet, kies dan meteen een ander en laat het uw Beheerder weten:

{link}

The password of an account in CrisisConnect with this address was changed, and whoever was signed in with it no longer
is. If this was not you, choose another one at once and tell your Beheerder:

{link}
""",
    ),
    "address_changed": (
        "Uw e-mailadres is gewijzigd / Your e-mail address was changed",
        """\
Bij een account in CrisisConnect hoorde dit adres; daar staat nu een ander. Was u dit niet en vroeg u er ook niet om,
log dan in, zet uw adres terug, kies een ander wachtwoord en laat het uw Beheerder weten:

{link}

An account in CrisisConnect had this address, and has another one now. If this was not you, and you did not ask for it,
sign in, put your address back, choose another password and tell your Beheerder:

{link}
""",
    ),
    "address_put_in": (
        "Is dit uw e-mailadres? / Is this your e-mail address?",
        """\
Op verzoek is dit adres bij een account in CrisisConnect gezet. Is het uw account, log dan in en zet dit adres er zelf
nog eens in: eerder sturen wij hierheen geen link om een ander wachtwoord te kiezen. Is het niet van u, dan hoeft u
niets te doen:

{link}

On request this address was put into an account in CrisisConnect. If the account is yours, sign in and put this address
in once more yourself: before that we send no link here to choose another password. If it is not, do nothing:

{link}
""",
    ),
    "consultation": (
        "U wordt geraadpleegd, met een termijn / You are consulted, within a term",
        """\
Uw organisatie wordt geraadpleegd. Antwoorden kan tot {until} (Nederlandse tijd), met de ondertekening van uw
organisatie; daarna gaat het zonder uw antwoord verder. Waarover, leest u in de Beheeromgeving, bij raadpleging
{about}:

{link}

Your organisation is consulted. You can answer until {until} (Dutch time), signed by your organisation; after that it
goes on without your answer. What about, you read in the Beheeromgeving, with consultation {about}:

{link}
""",
    ),
    "second_contact": (
        "Wij bellen u / We will call you",
        """\
Uw organisatie heeft u bij ons als contact opgegeven. Wij hebben tot {until} (Nederlandse tijd) iets met u te
bespreken en bellen u op het nummer dat wij van u hebben. Hoort u niets van ons, bel ons dan: ons nummer staat in de
verwerkersovereenkomst van uw organisatie. Noem dan {about}. Wie wij zijn, leest u hier:

{link}

Antwoordt u alstublieft niet op dit bericht.

Your organisation named you to us as a contact. Until {until} (Dutch time) there is something that we need to discuss
with you, and we will call you at the number that we have. If you do not hear from us, call us: our number
stands in your organisation's processing agreement. Then mention {about}. Who we are, you read here:

{link}

Please do not reply to this message.
""",
    ),
    "agreement": (
        "Een verwerkersovereenkomst wacht op uw handtekening / A processing agreement awaits your signature",
        """\
Er ligt een voorstel voor uw verwerkersovereenkomst, dat zou gelden vanaf {until}. Zolang uw organisatie niet heeft
ondertekend, verandert er niets. U vindt het bij overeenkomst {about}:

{link}

There is a proposal for your processing agreement, which would hold from {until}. As long as your organisation has not
signed, nothing changes. You find it with agreement {about}:

{link}
""",
    ),
    "agreement_ends": (
        "Uw overeenkomst eindigt: teruggeven of wissen? / Your agreement ends: return or delete?",
        """\
Verwerkersovereenkomst {about} eindigt op {until} (Nederlandse tijd). Daarna wordt voor uw organisatie niets meer
vastgelegd. U kiest of u alle gegevens terugkrijgt of dat ze worden gewist; zonder die keuze blijven ze liggen, en
dat mag niet lang:

{link}

Processing agreement {about} ends at {until} (Dutch time). After that nothing is recorded for your organisation any
more. You choose whether all data is returned to you or deleted; without that choice it stays where it is, and that
may not be for long:

{link}
""",
    ),
    "sub_processor": (
        "Er komt een subverwerker; u kunt bezwaar maken / A sub-processor is announced; you can object",
        """\
Wij willen een subverwerker inschakelen: een bedrijf dat voor ons gegevens van uw organisatie verwerkt. Bezwaar maken
kan tot {until} (Nederlandse tijd). Zegt u niets, dan begint het daarna.
Welk bedrijf het is en wat het zou ontvangen, leest u bij subverwerker {about}:

{link}

We mean to engage a sub-processor for data of your organisation. You can object until {until} (Dutch time); if you say
nothing, it begins after that. Who it is and what it would receive you read with sub-processor {about}:

{link}
""",
    ),
    "instruction_parked": (
        "Een instructie voeren wij niet uit / We do not carry out an instruction",
        """\
Instructie {about} van uw organisatie mag volgens ons niet van de wet. Wij voeren haar niet uit tot dat is opgelost.
Waarom, en wat u kunt doen, leest u in de Beheeromgeving:

{link}

Instruction {about} of your organisation seems unlawful to us. We do not carry it out until that is settled. Why, and
what you can do, you read in the Beheeromgeving:

{link}
""",
    ),
    "supplement_published": (
        "Uw aanvulling op de privacyverklaring geldt / Your supplement to the statement is in force",
        """\
De aanvulling op de privacyverklaring die uw organisatie had gevraagd, is gepubliceerd. U vindt haar bij aanvulling
{about}:

{link}

The supplement to the statement that your organisation asked for has been published. You find it with supplement
{about}:

{link}
""",
    ),
    "supplement_refused": (
        "Uw aanvulling op de privacyverklaring komt er niet / Your supplement was refused",
        """\
De aanvulling op de privacyverklaring die uw organisatie had gevraagd, komt er zo niet. Waarom, leest u bij aanvulling
{about}:

{link}

The supplement to the statement that your organisation asked for was refused. Why, you read with supplement {about}:

{link}
""",
    ),
    "incident": (
        "Een incident raakt gegevens van uw organisatie / An incident touches data of your organisation",
        """\
Wij hebben u een incident gemeld dat gegevens van uw organisatie raakt. Voor uw eigen melding aan de toezichthouder
kan een termijn van 72 uur lopen. Het bericht, met de tijdstippen, staat bij incident {about}:

{link}

We notified you of an incident that touches data of your organisation. For your own notification of the supervisor a
term of 72 hours may be running. The notification, with its times, stands with incident {about}:

{link}
""",
    ),
}
