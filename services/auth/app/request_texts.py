"""What people are mailed about data requests: who asked, and who has to answer (P15, AVG 12, 18). As in `texts.py`."""

from __future__ import annotations

from collections.abc import Mapping

REQUESTS: Mapping[str, tuple[str, str]] = {
    "restriction_ends": (
        "Uw gegevens worden weer gebruikt / Your data will be used again",
        """\
Op uw verzoek worden uw gegevens in CrisisConnect alleen bewaard. Dat eindigt niet eerder dan {about}. Waarom, leest u
bij uw verzoek in de app; bent u het er niet mee eens, laat het uw Beheerder dan vóór die dag weten:

{link}

U kunt ook een klacht indienen bij de Autoriteit Persoonsgegevens.

On your request your data in CrisisConnect is only stored. That ends no sooner than {about}. You find the reasons with
your request in the app; if you do not agree, tell your Beheerder before that day:

{link}

You may also complain to the Dutch supervisory authority.
""",
    ),
    "erasure_in_part": (
        "Uw gegevens worden gewist, op een deel na / Your data is erased, but for a part",
        """\
Uw account in CrisisConnect is gesloten en uw gegevens worden gewist, zoals u vroeg. Een deel moet volgens de wet nog
bewaard blijven. Wat, op welke grond, tot wanneer en wat u ertegen kunt doen, vindt u hier; bewaar de link:

{link}

De redenen hoort u van uw Beheerder. U kunt een klacht indienen bij de Autoriteit Persoonsgegevens, of naar de rechter
gaan.

Your account in CrisisConnect is closed and your data is erased, as you asked. The law has a part of it kept for now.
What, on which ground, until when and what you may do about it, you find here; keep the link:

{link}

Your Beheerder gives you the reasons. You may complain to the Dutch supervisory authority, or go to court.
""",
    ),
    "erasure_begun": (
        "Uw gegevens worden gewist / Your data is being erased",
        """\
Uw account in CrisisConnect is gesloten en uw gegevens worden gewist, zoals u vroeg. Hier ziet u hoe ver het is, en
daarna het bewijs dat het is gebeurd; bewaar de link, want in de app komt u niet meer:

{link}

Bent u het niet eens met hoe dit ging, dan kunt u een klacht indienen bij de Autoriteit Persoonsgegevens.

Your account in CrisisConnect is closed and your data is being erased, as you asked. Here you see how far it is, and
afterwards the proof that it was done; keep the link, as the app lets you in no more:

{link}

If you do not agree with how this went, you may complain to the Dutch supervisory authority.
""",
    ),
    "request_extended": (
        "Het antwoord op uw verzoek duurt langer / The answer to your request takes longer",
        """\
Uw Beheerder heeft meer tijd nodig voor verzoek {about}. Het antwoord komt vóór {until} (Nederlandse tijd). Waarom het
langer duurt, leest u bij uw verzoek in de app:

{link}

Bent u het er niet mee eens, dan kunt u een klacht indienen bij de Autoriteit Persoonsgegevens.

Your Beheerder needs more time for request {about}. The answer comes before {until} (Dutch time). Why it takes longer
you read with your request in the app:

{link}

If you do not agree, you may complain to the Dutch supervisory authority.
""",
    ),
    "request_fulfilled": (
        "Uw verzoek is beantwoord / Your request was answered",
        """\
Verzoek {about} is beantwoord. Wat er is gedaan, leest u bij uw verzoek in de app, en ook wat u kunt doen als een deel
ervan is afgewezen:

{link}

Is dit verzoek niet van u, laat het uw Beheerder dan weten. Een klacht indienen bij de Autoriteit Persoonsgegevens kan
altijd.

Request {about} was answered. What was done you read with your request in the app, and also what you may do if a part
of it was refused:

{link}

If this request is not yours, tell your Beheerder. You may always complain to the Dutch supervisory authority.
""",
    ),
    "request_refused": (
        "Uw verzoek is afgewezen / Your request was refused",
        """\
Verzoek {about} is afgewezen. Waarom, en wat u daartegen kunt doen, leest u bij uw verzoek in de app:

{link}

U kunt een klacht indienen bij de Autoriteit Persoonsgegevens, of naar de rechter gaan. Naar welke rechter, en
binnen welke termijn, staat bij uw verzoek.

Request {about} was refused. Why, and what you may do about it, you read with your request in the app:

{link}

You may complain to the Dutch supervisory authority, or go to court; to which court and within which term stands with
your request.
""",
    ),
    "request_late": (
        "Uw verzoek had beantwoord moeten zijn / Your request should have been answered",
        """\
De termijn voor verzoek {about} is voorbij, en er is nog geen antwoord. Het antwoord is nog altijd verschuldigd; uw
Beheerder is eraan herinnerd. Hoe ver het is, ziet u in de app:

{link}

U hoeft niet te wachten: u kunt een klacht indienen bij de Autoriteit Persoonsgegevens, of naar de rechter.

The term for request {about} is over, and there is no answer yet. It is still owed; your Beheerder was reminded of it.
How far it is you see in the app:

{link}

You need not wait: you may complain to the Dutch supervisory authority, or go to court.
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
        "De termijn voor een verzoek is voorbij / A data request is overdue",
        """\
De termijn voor het verzoek {about} is voorbij. Het antwoord moet er nog altijd komen:

{link}

The term for the data request {about} is over. The answer is still owed:

{link}
""",
    ),
    "delivery": (
        "Het antwoord op uw verzoek ligt klaar / The answer to your request is ready",
        """\
Het antwoord op uw verzoek ligt klaar. U haalt het één keer op, met deze link en met de code die u op een andere
manier krijgt (per telefoon, per brief of aan de balie):

{link}

De link zegt tot wanneer dat kan; vraag uw Beheerder daarna om een nieuwe. Wie u ook belt of schrijft: geef deze link
aan niemand.

The answer to your request is ready. You fetch it once, with this link and with the code that reaches you in another
way (by telephone, by letter or at the counter):

{link}

The link says until when; after that, ask your Beheerder for a new one. Whoever calls or writes: give this link to
nobody.
""",
    ),
}
