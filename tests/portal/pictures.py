"""Pictures of the portal: the two of the README, or every page to be looked at.

    .venv/bin/python -m tests.portal.pictures             writes docs/pictures anew
    .venv/bin/python -m tests.portal.pictures --all DIR   every page and state in every look
    .venv/bin/python -m tests.portal.pictures --all DIR --only "the card"   those whose name holds this

A picture's title (PNG, text chunk "Title") is that of its page, so that a test sees when it is of another one.
Source: PNG specification, 11.3.4.3 (tEXt).
"""
from __future__ import annotations

import argparse
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.memory import storage_in_memory
from tests.portal.chromium import a_browser
from tests.portal.served import a_portal
from tests.portal.states import SITUATIONS, Act, scene_of, situation
from tests.repository import ROOT

PICTURES = ROOT / "docs" / "pictures"
SHOWN = {"overview": ("/portal", "light"), "log-entry": ("portal_log_entry", "dark")}
"""The README's pictures: name -> (page of the scene, or its address; colours)."""

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"locale": "en-GB", "color_scheme": "light", "viewport": {"width": 1360, "height": 900}},
    "dark": {"locale": "en-GB", "color_scheme": "dark", "viewport": {"width": 1360, "height": 900}},
    "phone": {"locale": "en-GB", "color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
    "french": {"locale": "fr-FR", "color_scheme": "light", "viewport": {"width": 1360, "height": 900}},
}
PAPER: dict[str, dict[str, Any]] = {
    "paper": {"locale": "en-GB", "color_scheme": "dark", "viewport": {"width": 760, "height": 1075}, "media": "print"},
}
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def title_of(picture: bytes) -> str:
    """What stands in the chunk "Title" of a PNG; "" if there is none."""
    place = len(_SIGNATURE)
    while place < len(picture):
        length, kind = struct.unpack(">I4s", picture[place:place + 8])
        if kind == b"tEXt" and picture[place + 8:].startswith(b"Title\x00"):
            return picture[place + 14:place + 8 + length].decode("latin-1")
        place += length + 12
    return ""


def _titled(picture: bytes, title: str) -> bytes:
    """The PNG with its title, behind the header."""
    text = b"tEXt" + b"Title\x00" + title.encode("latin-1", "replace")
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    behind = len(_SIGNATURE) + 25
    return picture[:behind] + chunk + picture[behind:]


def make(folder: Path, browser: Browser) -> None:
    """Write the README's pictures into this folder."""
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch, a_portal(storage_in_memory(), patch, shop="FR") as portal:
        scene = scene_of(portal)
        for name, (page, colours) in SHOWN.items():
            taken = taken_of(browser, portal.url + scene.pages().get(page, page), LOOKS[colours], whole=False)
            (folder / f"{name}.png").write_bytes(_titled(*taken))


def make_all(folder: Path, browser: Browser, only: str = "") -> None:
    """Write a picture of every page and state, or of those whose name holds `only`, in every look into this folder."""
    folder.mkdir(exist_ok=True)
    for name in SITUATIONS:
        with situation(name) as (portal, states):
            for state, seen in states:
                if only not in f"{name}: {state}":
                    continue
                for look, how in (PAPER if seen.printed else LOOKS).items():
                    picture, _ = taken_of(browser, portal.url + seen.path, how, whole=True, act=seen.act)
                    file = "-".join(re.findall(r"\w+", f"{name} {state} {look}"))
                    (folder / f"{file}.png").write_bytes(picture)


def taken_of(
    browser: Browser, url: str, how: dict[str, Any], *, whole: bool, act: Act | None = None
) -> tuple[bytes, str]:
    """A picture, taken once this was done on the page, and the title of its page."""
    context = browser.new_context(**{"reduced_motion": "reduce"} | {k: v for k, v in how.items() if k != "media"})
    try:
        page: Page = context.new_page()
        page.goto(url)
        page.wait_for_load_state("networkidle")
        if act:
            act(page)
        page.emulate_media(media=how.get("media", "screen"))
        if whole:  # what sticks to an edge of the window sticks to an edge of the picture
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({**how["viewport"], "height": max(height, how["viewport"]["height"])})
        return page.screenshot(full_page=whole), page.title()
    finally:
        context.close()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--all", type=Path, metavar="DIR")
    options.add_argument("--only", default="", metavar="PART", help="of a state's name, with --all")
    given = options.parse_args()
    with a_browser() as running:
        if given.all:
            make_all(given.all, running, given.only)
        else:
            make(PICTURES, running)
