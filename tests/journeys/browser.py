"""A real browser, as a person would open it: Debian's Chromium with an empty profile, spoken to over a pipe.

Its own protocol (Chrome DevTools Protocol) over two file descriptors: no port that others could use, and no package.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

SECONDS = 30.0
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
)
STORED = """(async () => ({
    localStorage: Object.keys(localStorage),
    sessionStorage: Object.keys(sessionStorage),
    indexedDB: (await indexedDB.databases()).map(one => one.name),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).map(one => one.scope),
}))()"""
"""Where else a page can leave something behind."""


class Browser:
    """One window. Closing it takes along everything that it kept."""

    def __init__(self) -> None:
        program = shutil.which("chromium")
        assert program, "Chromium is missing. Run: sudo apt-get install chromium"
        self._home = tempfile.TemporaryDirectory(prefix="browser-")
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        # The browser reads descriptor 3 and writes 4, whichever numbers ours have.
        shell = f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}'
        with Path(self._home.name, "errors").open("wb") as errors:
            self._process = subprocess.Popen(
                ["bash", "-c", shell, program, *FLAGS, f"--user-data-dir={self._home.name}/profile", "about:blank"],
                pass_fds=(theirs_in, theirs_out),
                env={"PATH": os.environ["PATH"], "HOME": self._home.name, "LANG": "C.UTF-8"},
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        os.close(theirs_in)
        os.close(theirs_out)
        self._asked, self._rest, self._page = 0, b"", ""
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._page = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        try:
            self._page = ""
            self._ask("Browser.close")
            self._process.wait(SECONDS)
        except (AssertionError, OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        os.close(self._in)
        os.close(self._out)
        self._home.cleanup()

    # -- what a person does

    def open(self, url: str) -> None:
        """Go to a page, and wait until all of it is there."""
        failed = self._ask("Page.navigate", url=url).get("errorText")
        assert not failed, f"{url}: {failed}"
        until = time.monotonic() + SECONDS
        while self.run("location.href + ' ' + document.readyState") != f"{url} complete":
            assert time.monotonic() < until, f"{url} did not come"
            time.sleep(0.05)

    def run(self, script: str) -> Any:
        """What a script on the page returns, which may be a promise."""
        said = self._ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def fetch(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
        """The status and the JSON that a script on the page gets; a body is sent as JSON."""
        sent: dict[str, Any] = {"method": method, **options}
        if body is not None:
            sent |= {"headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
        asking = f"fetch({json.dumps(path)}, {json.dumps(sent)})"
        status, text = self.run(f"{asking}.then(async one => [one.status, await one.text()])")
        return status, json.loads(text) if text else None

    def may_ask(self) -> None:
        """From the next page on scripts of the test may ask the server, although the page allows itself nothing."""
        self._ask("Page.setBypassCSP", enabled=True)

    # -- what it keeps

    def cookies(self) -> dict[str, dict[str, Any]]:
        """Every cookie of every site, by name, also those that no script sees."""
        kept = self._ask("Storage.getCookies")["cookies"]
        assert len({one["name"] for one in kept}) == len(kept), kept
        return {one["name"]: one for one in kept}

    def stored(self) -> dict[str, list[str]]:
        """By place the names of what the open page's site has left here beside cookies."""
        found: dict[str, list[str]] = self.run(STORED)
        return found

    # -- how

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._asked += 1
        said: dict[str, Any] = {"id": self._asked, "method": method, "params": params}
        if self._page and not method.startswith(("Target.", "Browser.", "Storage.")):
            said["sessionId"] = self._page
        os.write(self._out, json.dumps(said).encode() + b"\0")
        until = time.monotonic() + SECONDS
        while True:
            heard = self._hear(until)
            if heard.get("id") == self._asked:
                assert "error" not in heard, heard["error"]
                result: dict[str, Any] = heard["result"]
                return result

    def _hear(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], max(0.0, until - time.monotonic()))
            assert ready, "the browser says nothing"
            more = os.read(self._in, 1 << 16)
            assert more, f"the browser is gone: {Path(self._home.name, 'errors').read_text()[-2000:]}"
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        heard: dict[str, Any] = json.loads(line)
        return heard
