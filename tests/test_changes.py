"""How many places a change takes: each is made in a copy of the repository, seen to work there, and its places counted.

The table in CONTRIBUTING.md says the same. A place is a file that was there before and had to be edited; what is new is
counted apart. Documentation and translations are asked for by other tests (test_docs.py, unit/test_texts.py).
"""
from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repository import ROOT


class Copy:
    """The repository in another folder; `edited` are the places of a change, `new` its files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.edited: set[str] = set()
        self.new: set[str] = set()
        for name in ("shared", "functions", "local", "tests", "docs", "infra"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("function_app.py", "host.json", "pyproject.toml", "conftest.py", ".gitignore"):
            shutil.copy(ROOT / name, folder / name)
        (folder / "node_modules").symlink_to(ROOT / "node_modules")

    def after(self, path: str, line: str, new: str) -> None:
        """Put `new` behind the one line that stands there."""
        self.instead(path, line, line + new)

    def instead(self, path: str, old: str, new: str) -> None:
        """Put `new` where `old` stands, which is there once."""
        text = (self.folder / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, (path, old)
        (self.folder / path).write_text(text.replace(old, new), encoding="utf-8")
        self.edited.add(path)

    def write(self, path: str, text: str) -> None:
        """A file that was not there."""
        assert not (self.folder / path).exists()
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, encoding="utf-8")
        self.new.add(path)

    def seen(self, script: str, **environment: str) -> list[str]:
        """What a script prints that runs in the copy, line by line."""
        done = subprocess.run([sys.executable, "-c", script], cwd=self.folder, capture_output=True, text=True,
                              timeout=240, env={"PATH": "", **environment})
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


NEW_FIELD = """
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


def test_a_field_of_the_shop_card_takes_two_places(copy: Copy) -> None:
    copy.after("shared/shops/card.py", '    time_zone: str = "UTC"\n', "    brand_new: int = 0\n")
    copy.after("shared/shops/card_fields.py",
               '    "time_zone": _field(ORDERS, "Time Zone", "where the shop\'s day begins, e.g. Europe/Paris."),\n',
               '    "brand_new": _field(ORDERS, "Brand New", "a number."),\n')

    assert copy.seen(NEW_FIELD) == [
        "Brand New number {'brand_new': 7}",
        "{'title': 'Brand New', 'description': 'a number.', 'type': 'integer', 'default': 0}",
        "the documentation lacks it",
    ]
    assert (len(copy.edited), copy.new) == (2, set())


NEW_CODE = """
from local.texts import found
from shared.admin.overview import problem_view
from shared.errors import ConnectorError
from shared.sync.record_type import RecordTypes

try:
    RecordTypes(()).going("orders")
except ConnectorError as problem:
    print(problem.code, problem.problem.status, problem.problem.told("fr").fix)
    print(problem_view(problem.code, "", "en").title, problem.problem.title in {one.id for one in found()})
"""


def test_an_error_code_takes_two_places(copy: Copy) -> None:
    copy.after("shared/problems.py", "CATALOGUE: dict[str, Problem] = {\n",
               '    "brand-new": Problem(Fault.SETUP, 422, "Something new", "Nowhere."),\n')
    copy.instead("shared/sync/record_type.py", '"input-invalid"', '"brand-new"')

    assert copy.seen(NEW_CODE) == ["brand-new 422 Nowhere.", "Something new True"]
    assert (len(copy.edited), copy.new) == (2, set())


NEW_LOG_FIELD = """
from shared.journal.log_list import LogFilter, list_log_entries
from tests.house import a_house
from tests.memory import storage_in_memory

with a_house(storage_in_memory()) as house:
    house.card(logging_mode="All")
    house.sync("orders")
    logs = house.connector.logs
    shown = [one for one in list_log_entries(logs, [house.shop], LogFilter()).entries if one.direction == "Shopify"]
    print({one.server for one in shown}, {logs.get(one.id).server for one in shown})
"""


def test_a_field_of_log_entries_takes_two_places(copy: Copy) -> None:
    copy.after("shared/exchange.py", "    available_points: float | None = None\n", '    server: str = ""\n')
    copy.instead("shared/shopify/client.py", "available_points=bucket.currently_available if bucket else None)",
                 "available_points=bucket.currently_available if bucket else None,\n"
                 '        server="access_token=shpat_0123456789abcdef0123456789abcdef")')

    assert copy.seen(NEW_LOG_FIELD) == ["{'access_token=***'} {'access_token=***'}"]
    assert (len(copy.edited), copy.new) == (2, set())


NEW_SETTING = """
import json
from shared.settings import SETTINGS, read_settings
from tests.infra.settings import azure_settings

needed = {"AzureWebJobsStorage": "x", "BC_API_ROOT": "https://bc/api/v2.0"}
print(read_settings({**needed, "BRAND_NEW_DAYS": "9"}).brand_new_days, SETTINGS["BRAND_NEW_DAYS"].default)
print(azure_settings()["BRAND_NEW_DAYS"])
"""

SETTING = '''
    brand_new_days: Annotated[float, Setting(
        "BRAND_NEW_DAYS", "A number.", bounds=_DAYS,
    )] = 7
'''


@pytest.mark.parametrize("path, line, new, in_azure", [
    ("infra/settings.json", "{\n", '  "BRAND_NEW_DAYS": "7",\n', "7"),
    ("infra/main.parameters.json", '      "value": {\n', '        "BRAND_NEW_DAYS": "${CONNECTOR_BRAND_NEW_DAYS=7}",\n',
     "${CONNECTOR_BRAND_NEW_DAYS=7}"),
])
def test_a_setting_takes_two_places_the_same_everywhere_or_not(
    copy: Copy, path: str, line: str, new: str, in_azure: str
) -> None:
    copy.after("shared/settings.py", '    """The settings in use; seconds are numbers."""\n', SETTING)
    copy.after(path, line, new)

    assert copy.seen(NEW_SETTING) == ["9.0 7", in_azure]
    assert (len(copy.edited), copy.new) == (2, set())


NEW_LANGUAGE = """
from shared.languages import LANGUAGES
from shared.record_names import caption_of_several
from shared.texts import said
from local.texts import untranslated, write

write(languages=["de"])
print("de" in LANGUAGES, said(caption_of_several("orders"), "de"), len(untranslated("de")) > 1000)
"""


def test_a_language_takes_one_file(copy: Copy) -> None:
    copy.write("shared/locale/de/LC_MESSAGES/messages.po", 'msgid "orders"\nmsgstr "Bestellungen"\n')

    assert copy.seen(NEW_LANGUAGE) == ["True Bestellungen True"]
    assert (copy.edited, len(copy.new)) == (set(), 1)


NEW_TOPIC = """
from shared.shopify.topics import SUBSCRIBED_TOPICS, changed_records, enum_name

topic = "collections/update"
print(topic in SUBSCRIBED_TOPICS, enum_name(topic), changed_records(topic, b'{"id": 7}'))
"""


def test_a_webhook_topic_takes_one_place(copy: Copy) -> None:
    copy.after("shared/shopify/topics.py", "RECORD_TOPICS: dict[str, tuple[str, _Body]] = {\n",
               '    "collections/update": ("products", _Named),\n')

    assert copy.seen(NEW_TOPIC) == ["True COLLECTIONS_UPDATE ('products', ['7'])"]
    assert (len(copy.edited), copy.new) == (1, set())


NEW_TYPE_SEEN = """
import json
from local.openapi import openapi
from local.texts import found
from shared.admin.frame import frame
from shared.admin.lists import list_records
from shared.admin.overview import overview
from shared.record_names import caption_of_several
from tests.house import a_house
from tests.memory import storage_in_memory
from tests import test_repository as law

with a_house(storage_in_memory()) as house:
    house.company(6301, name="Grand Bazar")
    run = house.sync()
    print(run.types[-1], run.counts["wholesalers"].created, house.sync().counts["wholesalers"].created,
          house.bc.control.row("customers", "W6301")["displayName"])
    view = overview(house.connector, "en")
    print(view.brought[-1], bool(view.shops[0].last_sync["wholesalers"]), frame(house.connector).types[-1])
    print([one.number for one in list_records(house.connector, house.shop, "wholesalers", "", "").rows])
print(caption_of_several("wholesalers"), "wholesalers" in json.dumps(openapi()),
      {"wholesalers", "wholesaler {number}"} <= {one.id for one in found()})
law.test_no_generic_code_asks_which_type_it_is()
law.test_a_room_of_shared_and_a_module_beside_the_rooms_imports_what_its_arrows_say("record_types")
"""


def test_a_record_type_takes_a_folder_its_documents_and_two_places(copy: Copy) -> None:
    for document in ("changed", "places", "by_id"):
        text = (copy.folder / f"shared/shopify/queries/companies_{document}.graphql").read_text(encoding="utf-8")
        copy.write(f"shared/shopify/queries/wholesalers_{document}.graphql",
                   text.replace("query Companies", "query Wholesalers"))
    copy.write("shared/to_business_central/wholesalers/__init__.py", "")
    copy.write("shared/to_business_central/wholesalers/apply.py",
               (copy.folder / "tests/wholesalers.py").read_text(encoding="utf-8"))
    copy.after("shared/shopify/shapes.py", "SHAPES: dict[str, Shape] = {\n",
               '    "wholesalers": Shape("Company", records.Company, "wholesalers_changed", "wholesalers_places",\n'
               '                         "wholesalers_by_id", 100),\n')
    copy.instead("shared/record_types.py", "TYPE_NAMES = tuple", '''@_type
def wholesalers() -> AnyType:
    from shared.to_business_central.wholesalers.apply import TYPE
    return TYPE


TYPE_NAMES = tuple''')

    assert copy.seen(NEW_TYPE_SEEN) == [
        "wholesalers 1 0 Grand Bazar", "wholesalers True wholesalers", "['W6301']", "Wholesalers True True",
    ]
    assert copy.edited == {"shared/shopify/shapes.py", "shared/record_types.py"}
    assert {path.rpartition("/")[0] for path in copy.new} == {
        "shared/to_business_central/wholesalers", "shared/shopify/queries"}
