"""One sentence stands in every document of a kind, so that its absence tells nobody of a file that may not be named."""

from __future__ import annotations

from collections.abc import Mapping

STANDING_SENTENCE: Mapping[str, str] = {
    "nl": "Waar een wet, of een bevel op grond van een wet, verbiedt dat iets wordt vermeld, "
    "staat het niet in dit stuk; deze zin staat daarom in elk stuk van deze soort.",
    "en": "Where a law, or an order given under a law, forbids that something is mentioned, "
    "this document does not mention it; this sentence therefore stands in every document of this kind.",
}
"""The same in every certificate, answer to access and report, whether or not there is anything to keep silent about."""
