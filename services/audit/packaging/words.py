"""What a package says to people in each of the two languages, under the same names."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "title": "Verstrekking aan een bevoegde autoriteit",
        "lead": "Dit pakket bevat wat in dit dossier is verstrekt, waarom, en door wie dat is besloten. "
        "Wat hier staat, staat ook als gegevens in het pakket, met de regels van het logboek die het bewijzen.",
        "file": "Dossier",
        "maker": "Verwerker",
        "organisation": "Verwerkingsverantwoordelijke",
        "opened": "Geopend",
        "decided": "Besloten",
        "assembled": "Samengesteld",
        "authority": "Autoriteit",
        "official": "Functionaris",
        "reference": "Kenmerk van de autoriteit",
        "recipient": "Verzegeld voor",
        "basis": "Grondslag",
        "basis_version": "versie van de tabel:",
        "beyond_basis": "De grondslag reikt niet zover",
        "controller": "verwerkingsverantwoordelijke",
        "scope": "Omvang",
        "scope_version": "Versie van de omvang",
        "asked": "Gevraagd",
        "granted": "Verstrekt",
        "people": "personen",
        "one_person": "persoon",
        "categories": "Categorieën",
        "period": "Tijdvak",
        "open_ended": "niet begrensd",
        "removed": "Niet verstrekt",
        "reason": "Reden",
        "nothing": "geen",
        "scope_digest": "SHA-256 van de omvang",
        "deciders": "Besloten door twee functionarissen die het dossier niet openden",
        "decider": "Functionaris",
        "entry": "regel",
        "in_entry": "In het logboek, regel",
        "in_entries": "In het logboek, regels",
        "over": "verstreken",
        "consultation": "Raadpleging van de Beheerder",
        "agreed": "De Beheerder stemde in; de verklaring is ondertekend met de sleutel van de organisatie.",
        "objected": "De Beheerder maakte bezwaar, met redenen; de verklaring is ondertekend met de sleutel van de "
        "organisatie. Een bezwaar houdt de verstrekking niet tegen.",
        "lapsed": "De Beheerder antwoordde niet binnen de termijn.",
        "barred": "De wet, of een bevel op grond van de wet, verbood de raadpleging.",
        "own_suspicion": "Een eigen vermoeden van de verwerker gaat naar de verwerkingsverantwoordelijke zelf.",
        "due": "Termijn",
        "ground": "Grond",
        "review": "Wordt opnieuw bezien op",
        "data": "De gegevens",
        "person": "Persoon",
        "category": "Categorie",
        "name": "Gegeven",
        "value": "Waarde",
        "more": "waarden staan niet op deze bladzijden, maar wel in data/people.csv en data/people.json.",
        "proof": "Het bewijs",
        "log": "Logboek",
        "key": "Sleutel van het logboek",
        "checkpoint": "IJkpunt",
        "entries": "regels",
        "check": "Zelf nagaan, zonder verbinding",
        "check_how": "Hoe u het pakket opent en nagaat, staat in readme.nl.txt.",
        "law": "Dit is een hulpmiddel en geen juridisch advies.",
        "times": "Tijden zijn Nederlandse tijd: UTC+1 in de winter, UTC+2 in de zomer.",
        "page": "Bladzijde",
        "of": "van",
    },
    "en": {
        "title": "Disclosure to a competent authority",
        "lead": "This package holds what was disclosed in this file, why, and who decided so. What stands here also "
        "stands in the package as data, with the entries of the log that prove it.",
        "file": "File",
        "maker": "Processor",
        "organisation": "Controller",
        "opened": "Opened",
        "decided": "Decided",
        "assembled": "Assembled",
        "authority": "Authority",
        "official": "Official",
        "reference": "Reference of the authority",
        "recipient": "Sealed for",
        "basis": "Legal basis",
        "basis_version": "version of the table:",
        "beyond_basis": "The legal basis does not reach that far",
        "controller": "controller",
        "scope": "Scope",
        "scope_version": "Version of the scope",
        "asked": "Asked",
        "granted": "Disclosed",
        "people": "people",
        "one_person": "person",
        "categories": "Categories",
        "period": "Period",
        "open_ended": "not bounded",
        "removed": "Not disclosed",
        "reason": "Reason",
        "nothing": "none",
        "scope_digest": "SHA-256 of the scope",
        "deciders": "Decided by two officers who did not open the file",
        "decider": "Officer",
        "entry": "entry",
        "in_entry": "In the log, entry",
        "in_entries": "In the log, entries",
        "over": "over",
        "consultation": "Consultation of the Beheerder",
        "agreed": "The Beheerder agreed; the statement is signed with the organisation's key.",
        "objected": "The Beheerder objected, with reasons; the statement is signed with the organisation's key. "
        "An objection does not stop the disclosure.",
        "lapsed": "The Beheerder did not answer within the term.",
        "barred": "The law, or an order given under it, forbade the consultation.",
        "own_suspicion": "The processor's own suspicion goes to the controller itself.",
        "due": "Term",
        "ground": "Ground",
        "review": "Looked at again on",
        "data": "The data",
        "person": "Person",
        "category": "Category",
        "name": "Item",
        "value": "Value",
        "more": "values are not on these pages; they are in data/people.csv and data/people.json.",
        "proof": "The proof",
        "log": "Log",
        "key": "Key of the log",
        "checkpoint": "Checkpoint",
        "entries": "entries",
        "check": "Check it yourself, off-line",
        "check_how": "How to open and check the package stands in readme.en.txt.",
        "law": "This is a tool, and no legal advice.",
        "times": "Times are Dutch time: UTC+1 in winter, UTC+2 in summer.",
        "page": "Page",
        "of": "of",
    },
}

README: Mapping[str, str] = {
    "nl": """\
VERSTREKKING {disclosure}

Dit pakket is een ZIP-bestand zonder compressie. manifest.json noemt van elk ander bestand de SHA-256.

  disclosure.nl.pdf, disclosure.en.pdf   het dossier, om te lezen
  disclosure.json                        hetzelfde als gegevens
  data/people.json, data/people.csv      de verstrekte gegevens (UTF-8; in het CSV-bestand staat een apostrof voor
                                         wat een rekenblad als formule zou lezen)
  consultation/                          de uitkomst van de raadpleging van de Beheerder; waar een antwoord is
                                         ondertekend: de tekst, de handtekening en de sleutel
  log/                                   de regels van het logboek met hun bewijs, het ijkpunt, en de sleutel

OPENEN      age --decrypt --identity UW_SLEUTEL --output pakket.zip pakket.zip.age
NAGAAN      crisisconnect disclosure verify pakket.zip --log-vkey SLEUTEL
            of, zonder installatie van het product: python -m services.reader --disclosure pakket.zip --log-vkey SLEUTEL
            Neem de sleutel van het logboek over uit een bron die u vertrouwt, niet alleen uit dit pakket.
            Met --manifest SHA256 gaat u na dat dit het pakket is waarvan u de SHA-256 langs een andere weg kreeg.
UITKOMST    0 het pakket klopt; 1 het klopt niet, en het eerste dat niet klopt is genoemd; 2 het is geen pakket.

Een ondertekend antwoord is ook met OpenSSL na te gaan:
  openssl pkeyutl -verify -rawin -pubin -inkey consultation/key.pem \\
    -in consultation/statement.txt -sigfile consultation/statement.sig
""",
    "en": """\
DISCLOSURE {disclosure}

This package is a ZIP file without compression. manifest.json names the SHA-256 of every other file.

  disclosure.nl.pdf, disclosure.en.pdf   the file, for reading
  disclosure.json                        the same as data
  data/people.json, data/people.csv      the data disclosed (UTF-8; in the CSV file an apostrophe stands before
                                         what a spreadsheet would take for a formula)
  consultation/                          how the consultation of the Beheerder ended; where an answer was signed:
                                         the text, the signature and the key
  log/                                   the entries of the log with their proofs, the checkpoint, and the key

OPEN        age --decrypt --identity YOUR_KEY --output package.zip package.zip.age
CHECK       crisisconnect disclosure verify package.zip --log-vkey KEY
            or, without the product installed: python -m services.reader --disclosure package.zip --log-vkey KEY
            Take the key of the log from a source that you trust, not from this package alone.
            With --manifest SHA256 you check that this is the package whose SHA-256 you were given by another way.
OUTCOME     0 the package is sound; 1 it is not, and the first thing that is wrong is named; 2 it is no package.

A signed answer can be checked with OpenSSL as well:
  openssl pkeyutl -verify -rawin -pubin -inkey consultation/key.pem \\
    -in consultation/statement.txt -sigfile consultation/statement.sig
""",
}
