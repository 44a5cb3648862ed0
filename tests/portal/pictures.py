"""Pictures of the portal: the two of the README, or every page to be looked at.

    .venv/bin/python -m tests.portal.pictures             writes docs/pictures anew
    .venv/bin/python -m tests.portal.pictures --all DIR   every page: light, dark, on a phone and in French

A picture's title (PNG, text chunk "Title") is that of its page, so that a test sees when it is of another one.
Source: PNG specification, 11.3.4.3 (tEXt).
"""
from __future__ import annotations

import argparse
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.house import House
from tests.memory import storage_in_memory
from tests.portal.chromium import a_browser
from tests.portal.scene import Scene
from tests.portal.served import Portal, a_portal
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
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def a_day_of_orders(house: House) -> None:
    """Two weeks of orders by the hour, so that there is something usual."""
    for hour in range(14 * 24):
        of_day = (hour + 10) % 24
        house.connector.arrivals.add(house.shop, "orders", max(0, 14 - abs(of_day - 15)) + hour * 7 % 5)
        house.connector.arrivals.add("UK", "orders", max(0, 8 - abs(of_day - 18)) + hour * 5 % 3)
        house.clock.forward(3600)
    for _ in range(4):
        house.sync()


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
        scene = furnished(portal)
        for name, (page, colours) in SHOWN.items():
            taken = taken_of(browser, portal.url + scene.pages().get(page, page), LOOKS[colours], whole=False)
            (folder / f"{name}.png").write_bytes(_titled(*taken))


def make_all(folder: Path, browser: Browser) -> None:
    """Write a picture of every page in every look into this folder."""
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch, a_portal(storage_in_memory(), patch, shop="FR") as portal:
        for name, path in furnished(portal).pages().items():
            for look, how in LOOKS.items():
                picture, _ = taken_of(browser, portal.url + path, how, whole=True)
                (folder / f"{name.replace(' ', '-')}.{look}.png").write_bytes(picture)


def furnished(portal: Portal) -> Scene:
    """The house of the pictures."""
    house = portal.house
    if house.shop == "FR":
        house.card()
    house.connector.tokens.keep(house.shop, house.shopify.token)
    a_day_of_orders(house)
    return Scene(house)


def taken_of(browser: Browser, url: str, how: dict[str, Any], *, whole: bool) -> tuple[bytes, str]:
    """A picture, and the title of its page."""
    context = browser.new_context(**how, reduced_motion="reduce")
    try:
        page: Page = context.new_page()
        page.goto(url)
        page.wait_for_load_state("networkidle")
        return page.screenshot(full_page=whole), page.title()
    finally:
        context.close()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--all", type=Path, metavar="DIR")
    given = options.parse_args()
    with a_browser() as running:
        if given.all:
            make_all(given.all, running)
        else:
            make(PICTURES, running)
