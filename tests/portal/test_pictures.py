"""The README's pictures are there, small, and of the pages as they are called today."""
from __future__ import annotations

import re
import struct
from html import unescape
from pathlib import Path

from playwright.sync_api import Browser

from tests.portal.pictures import LOOKS, PICTURES, SHOWN, make, title_of
from tests.portal.served import Portal
from tests.portal.states import scene_of
from tests.repository import ROOT

MOST_BYTES = 150_000


def size_of(picture: bytes) -> tuple[int, int]:
    """Width and height, as the header of a PNG says them."""
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def without_number(title: str) -> str:
    """A title without the number of a log entry; a PNG's has Latin-1."""
    return re.sub(r"\d{8}-\S+", "", unescape(title)).encode("latin-1", "replace").decode("latin-1")


def test_the_readme_shows_every_picture_there_is() -> None:
    shown = re.findall(r"!\[[^\]]{10,}\]\(docs/pictures/([\w-]+)\.png\)", (ROOT / "README.md").read_text())

    assert sorted(shown) == sorted(SHOWN) == sorted(path.stem for path in PICTURES.iterdir())


def test_each_picture_is_small_and_of_the_page_that_it_says(portal: Portal) -> None:
    pages = scene_of(portal).pages()

    for name, (page, colours) in SHOWN.items():
        picture = (PICTURES / f"{name}.png").read_bytes()
        html = portal.visitor().get(pages.get(page, page)).text
        (title,) = re.findall(r"<title>(.*?)</title>", html)

        assert len(picture) < MOST_BYTES, name
        assert size_of(picture) == tuple(LOOKS[colours]["viewport"].values()), name
        assert without_number(title_of(picture)) == without_number(title), f"{name}: python -m tests.portal.pictures"


def test_the_command_makes_them_anew(tmp_path: Path, browser: Browser) -> None:
    make(tmp_path, browser)

    assert {path.stem: title_of(path.read_bytes())[:8] for path in tmp_path.iterdir()} == {
        "overview": "Overview", "log-entry": "Log entr"}
