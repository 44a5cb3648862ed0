"""How many places a new field of the shop card takes: its type and its caption, and it is in every form of the card."""
from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.repository import ROOT

SEEN = """
from local.openapi import openapi
from shared.admin.shop_cards import _form
from shared.shops.card import ShopCard
from shared.shops.card_form import Typed, texts_of, typed
from tests.test_docs import test_every_field_of_the_shop_card_has_its_heading_and_no_other_has as documented

card = ShopCard("FR", "https://demo-fr.myshopify.com")
(field,) = [field for group in _form(card, Typed(texts_of(card), {}, [], card)).groups for field in group.fields
            if field.name == "brand_new"]
print(field.caption, field.control.kind, typed(card, {"brand_new": "7"}).changes)
print(openapi()["components"]["schemas"]["ShopCard"]["properties"]["brand_new"])
try:
    documented()
except AssertionError:
    print("the documentation lacks it")
"""


def test_a_field_that_is_added_in_two_places_is_in_the_form_in_the_api_and_asked_of_the_docs(tmp_path: Path) -> None:
    for name in ("shared", "functions", "local", "tests", "docs", "infra"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("function_app.py", "host.json", "pyproject.toml", "conftest.py", ".gitignore"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    after(tmp_path / "shared/shops/card.py", '    time_zone: str = "UTC"\n', "    brand_new: int = 0\n")
    after(tmp_path / "shared/shops/card_fields.py",
          '    "time_zone": _field(ORDERS, "Time Zone", "where the shop\'s day begins, e.g. Europe/Paris."),\n',
          '    "brand_new": _field(ORDERS, "Brand New", "a number."),\n')

    seen = subprocess.run([sys.executable, "-c", SEEN], cwd=tmp_path, capture_output=True, text=True, timeout=120)

    assert seen.returncode == 0, seen.stderr
    assert seen.stdout.splitlines() == [
        "Brand New number {'brand_new': 7}",
        "{'title': 'Brand New', 'description': 'a number.', 'type': 'integer', 'default': 0}",
        "the documentation lacks it",
    ]


def after(file: Path, line: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(line) == 1
    file.write_text(text.replace(line, line + new), encoding="utf-8")
