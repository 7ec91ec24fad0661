"""What a real browser keeps is what the register says, no more and no longer; no other site uses it (P10, P11)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from services.kernel.durations import after
from tests.journeys.browser import Browser
from tests.journeys.people import PASSWORD, Cast, Person, mailed
from tests.journeys.running import System

PAGES = ("/docs", "/dev/mail", "/openapi.json", "/v1/statement", "/v1/statement?lang=en&format=markdown", "/v1/cookies")
NEW = "negen zwanen op een donkere gracht"
NOTHING: dict[str, list[str]] = {
    place: [] for place in ("localStorage", "sessionStorage", "indexedDB", "caches", "workers")
}


def test_a_browser_keeps_what_the_register_says_as_long_as_it_says(system: System) -> None:
    cast = Cast(system.url)
    cast.assemble()
    registered = {one["name"]: one for one in cast.beheerder.get("/v1/cookies")["items"]}
    with Browser() as browser:
        browsed(browser, system.url)
        assert browser.cookies() == {}, "nothing is kept before there is a reason to"
        signs_in(browser, system.url, cast.beheerder.username)
        kept_as_registered(browser, system.url, registered)
        works(browser, cast)
        refreshed(browser)
        kept_as_registered(browser, system.url, registered)
        used_by_no_other(browser, system.url)
        assert browser.fetch("DELETE", "/v1/sessions/current")[0] == 200
        assert browser.cookies() == {}, "signing out leaves nothing behind"
        assert browser.fetch("GET", "/v1/me")[0] == 401
        revoked(browser, cast.beheerder)
        members_have_none(browser, cast)
        forgotten(browser, cast.beheerder)
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4


def browsed(browser: Browser, url: str) -> None:
    for page in PAGES:
        browser.open(f"{url}{page}")
        assert browser.stored() == NOTHING, page
    browser.may_ask()


def signs_in(browser: Browser, url: str, username: str, password: str = PASSWORD) -> dict[str, Any]:
    browser.open(f"{url}/docs")
    body = {"username": username, "password": password, "cookie": True}
    status, said = browser.fetch("POST", "/v1/sessions", body)
    assert (status, "token" in said) == (201, False), said
    found: dict[str, Any] = said
    return found


def kept_as_registered(browser: Browser, url: str, registered: dict[str, dict[str, Any]]) -> None:
    """In both directions: what is there is registered, and what is registered as a cookie is there."""
    browsed(browser, url)
    browser.open(f"{url}/docs")
    kept = browser.cookies()
    assert set(kept) == {name for name, one in registered.items() if one["place"] == "cookie"}
    now = datetime.now(UTC)
    for name, cookie in kept.items():
        assert cookie["expires"] <= after(now, registered[name]["lifetime"]).timestamp() + 1, "no longer than it says"
        assert cookie["expires"] > now.timestamp()
        flags = {flag: cookie[flag] for flag in ("httpOnly", "secure", "sameSite", "path", "session")}
        assert flags == {"httpOnly": True, "secure": True, "sameSite": "Strict", "path": "/", "session": False}
        assert registered[name]["party"] == "ConnectTools B.V."
    assert browser.run("document.cookie") == "", "no script can read it"


def works(browser: Browser, cast: Cast) -> None:
    """By cookie the same person does the same things."""
    assert browser.fetch("GET", "/v1/me")[1]["username"] == cast.beheerder.username
    assert browser.fetch("PUT", "/v1/me/statement", {"version": 2})[0] == 200
    members = f"/v1/organisations/{cast.organisation}/members"
    assert browser.fetch("POST", members, {"email": "wie@voorbeeld.example", "role": "member"})[0] == 201
    assert browser.fetch("POST", "/v1/organisations", {})[1]["code"] == "forbidden"


def refreshed(browser: Browser) -> None:
    [before] = browser.cookies().values()
    status, said = browser.fetch("POST", "/v1/sessions/refresh", {})
    [now] = browser.cookies().values()
    assert (status, "token" in said, before["value"] == now["value"]) == (201, False, False)
    assert browser.fetch("GET", "/v1/me")[0] == 200


def used_by_no_other(browser: Browser, url: str) -> None:
    """Another server on this very host is of the same site to a browser, which sends it the cookie; we refuse it."""
    [before] = browser.cookies().values()
    with another_site() as elsewhere:
        browser.open(elsewhere)
        for method, path in (("POST", "/v1/sessions/refresh"), ("GET", "/v1/me")):
            sent = f"{{method: '{method}', mode: 'no-cors', credentials: 'include'}}"
            assert browser.run(f"fetch('{url}{path}', {sent}).then(() => 'read', () => 'kept from it')") != "read"
            assert refusals(url, method, path) == 1, "the cookie came along, and was not enough"
    browser.open(f"{url}/docs")
    [now] = browser.cookies().values()
    assert now["value"] == before["value"], "another page had the session refreshed"
    assert browser.fetch("GET", "/v1/me")[0] == 200


def refusals(url: str, method: str, route: str) -> int:
    """How many requests to a route were answered with 403: a 401 would say that no cookie came."""
    lines = Person(url).get("/metrics").splitlines()
    mine = f'crisisconnect_http_seconds_count{{method="{method}",route="{route}",status="403"}} '
    return sum(int(float(line.removeprefix(mine))) for line in lines if line.startswith(mine))


@contextmanager
def another_site() -> Iterator[str]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>elsewhere</title>")

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def revoked(browser: Browser, beheerder: Person) -> None:
    """Ended from elsewhere, the session is over at once, and its cookie goes with the next look."""
    session = signs_in(browser, str(beheerder.http.base_url).rstrip("/"), beheerder.username)["session"]
    assert browser.cookies()
    beheerder.ask("DELETE", f"/v1/sessions/{session}")
    assert browser.fetch("GET", "/v1/me")[0] == 401
    assert browser.cookies() == {}


def members_have_none(browser: Browser, cast: Cast) -> None:
    member = cast.member("sanne@voorbeeld.example", "sanne.devries", "Sanne", "Vries")
    body = {"username": member.username, "password": PASSWORD, "cookie": True}
    status, said = browser.fetch("POST", "/v1/sessions", body)
    assert (status, said["code"]) == (403, "forbidden")
    assert browser.cookies() == {}


def forgotten(browser: Browser, beheerder: Person) -> None:
    """A password chosen anew by a mailed link ends what the cookie stood for."""
    url = str(beheerder.http.base_url).rstrip("/")
    signs_in(browser, url, beheerder.username)
    to = beheerder.get("/v1/me")["email"]
    anybody = Person(url)
    for whose in ({"email": to.upper()}, {"email": "niemand@voorbeeld.example"}, {"username": "niemand"}):
        assert anybody.post("/v1/password-resets", whose, expect=202) == {"events": []}
    both = {"email": to, "username": beheerder.username}
    assert anybody.post("/v1/password-resets", both, expect=422)["code"] == "invalid"
    link = f"/v1/password-resets/{mailed(url, to, '/password-resets/')}"
    assert anybody.post(link, {"password": "te kort"}, expect=422)["code"] == "weak_password"
    assert anybody.post(link, {"password": NEW}, expect=200)["events"]
    assert anybody.post(link, {"password": NEW}, expect=404)["code"] == "not_found"
    assert browser.fetch("GET", "/v1/me")[0] == 401
    assert browser.cookies() == {}
    beheerder.ask("GET", "/v1/me", expect=401)
    signs_in(browser, url, beheerder.username, NEW)
    assert browser.fetch("GET", "/v1/me")[0] == 200
