"""The repository checks itself: who imports whom, what is pinned, what may stand in a file, what the app declares.

The arrows are those of docs/architecture.md, section "The rooms". They are read from the source (AST), so that an
import inside a function or under TYPE_CHECKING counts too. Everything here is plain reading but for one test, which
imports function_app in a fresh interpreter, as a new instance in Azure does.
"""
from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from shared.record_types import TYPE_NAMES
from shared.shopify.payments import PAYMENT_SHAPES
from shared.shopify.shapes import SHAPES
from shared.shops.card_fields import FIELDS, PARTS
from shared.stores.links import ITEMS
from tests.repository import (
    GROUND,
    OF_PAGES,
    ROOT,
    all_python_files,
    belongs,
    declared_functions,
    file_of,
    files_of,
    imported_by,
    imports,
    knows,
    module_of,
    own_files,
    python_files,
    reachable,
    requirement_lines,
    room_of,
    rooms_in,
    root_package,
    text_of,
)
from tests.type_questions import asked_by_class, asked_in_python, asked_in_template, places

TYPES_OF_RECORDS = frozenset({*TYPE_NAMES, ITEMS})
"""The record types, and that of the links of variants, which are kept beside them."""

CLASSES_OF_RECORDS = frozenset(one.struct.__name__ for one in (*SHAPES.values(), *PAYMENT_SHAPES.values()))

ROOT_MODULE = "root"
"""What wires everything. What a step of an operator or of a run needs is handed on as the value Connector."""

OTHER_KINDS = {
    "a control of a form, a cell of a list, a node of a JSON text, a figure in a sentence": [
        "shared/shops/card_form.py", "shared/admin/shop_cards.py", "shared/admin/lists.py",
        "shared/journal/json_tree.py", "shared/texts.py", "functions/portal/csv_lists.py",
    ],
    "what a row is read as, what a table or a document of Business Central holds": [
        "shared/business_central/rows.py", "shared/business_central/executor.py",
        "shared/business_central/directory.py", "shared/business_central/refusals.py",
        "shared/business_central/comparison.py",
        "shared/to_business_central/orders/company_orders.py", "shared/to_business_central/orders/creating_again.py",
    ],
    "trouble that may pass": ["shared/shopify/failures.py", "shared/shopify/client.py"],
    "a step of a batch": ["shared/storage/batches.py", "shared/storage/tables.py"],
    "a transaction, in Shopify's own word": [
        "shared/shopify/records.py", "shared/to_business_central/orders/refunds.py",
    ],
    "orders that come to the same": ["shared/to_business_central/orders/trials.py"],
}
"""Where the word kind is lawful: what it is said of there -> the files. A record has a type."""

LAWFUL_QUESTIONS = {
    "the table of how each type is read, which is where it belongs": {
        "shared/shopify/payments.py": 1, "shared/shopify/shapes.py": 1,
    },
    "whose a record is: Shopify's requests of privacy name customers and orders": {
        "shared/privacy/capture_traces.py": 5, "shared/privacy/erasure.py": 1, "shared/privacy/export.py": 1,
        "shared/privacy/subject.py": 3, "shared/privacy/traces.py": 3, "shared/webhooks/commands.py": 2,
    },
    "a set of entities of Business Central, or a company of it": {
        "functions/portal/shop_card.py": 1, "functions/portal/templates/parts.html": 1,
        "shared/admin/web_addresses.py": 1, "shared/business_central/rehearsal.py": 1,
        "shared/business_central/rows.py": 1,
    },
    "a table that is counted, of which two hold one type each": {"shared/stores/kept.py": 1},
    "a step of the set-up check": {"functions/portal/templates/set-up-check.html": 2},
}
"""Where the name of a type is compared, or is a key, for another reason than what differs from type to type: the reason
-> the files, and how many lines of each."""

ARROWS: Mapping[str, frozenset[str]] = {
    "access": frozenset({"shops", "storage"}),
    "admin": frozenset({
        "access", "connector", "environment", "journal", "privacy", "shopify", "shops", "stores", "sync",
        "to_business_central", "webhooks",
    }),
    "business_central": frozenset(),
    "journal": frozenset({"storage", "stores"}),
    "mapping": frozenset({"business_central", "shopify"}),
    "privacy": frozenset({"connector", "journal", "storage", "stores"}),
    "shopify": frozenset(),
    "storage": frozenset(),
    "shops": frozenset({"business_central", "mapping", "storage"}),
    "stores": frozenset({"shops", "storage"}),
    "sync": frozenset({
        "business_central", "connector", "journal", "mapping", "shopify", "shops", "storage", "stores",
    }),
    "to_business_central": frozenset({
        "business_central", "connector", "journal", "mapping", "shopify", "storage", "stores", "sync",
    }),
    "webhooks": frozenset({"connector", "privacy", "shopify", "storage", "stores", "sync"}),
    # the modules beside the rooms
    "connector": frozenset({
        "access", "business_central", "environment", "journal", "shopify", "shops", "storage", "stores",
    }),
    "environment": frozenset({"storage"}),
    "health": frozenset({"connector"}),
    "record_types": frozenset({"sync", "to_business_central"}),
    "root": frozenset({
        "access", "business_central", "connector", "environment", "journal", "privacy", "record_types", "shopify",
        "shops", "storage", "stores", "sync",
    }),
    "who_may": frozenset(),
}
"""What a room of shared/, or a module beside the rooms, imports besides the ground: all it may, and no more than it
does."""

PURE_OF_OTHER_ROOMS = frozenset({
    "shared.business_central.keys", "shared.business_central.phones", "shared.business_central.plan",
    "shared.business_central.rows", "shared.shopify.records",
})
"""What mapping may know of the two services: their records as values, and the language that the executor speaks."""

PLANNING = frozenset({"changes.py", "customers_to_import.py", "history.py", "plan.py"})
"""What works out a record of one type, in the folder of the type: as pure as mapping, with all that it reaches."""

DOES_IO = frozenset({"requests", "azure", "socket", "http", "urllib.request", "subprocess", "sqlite3", "threading"})

THIRD_PARTY_OF_FUNCTIONS = frozenset({"azure.functions", "msgspec"})
MAKES_PAGES = Path("functions", "portal")
TESTS_OF_PAGES = ("tests", "portal")

WORLD = {"business_central", "environment", "mapping", "privacy", "shopify", "shops", "storage"}
"""What a trigger has to do with by way of shared/admin, sync and webhooks only."""

LONGEST_TRIGGER = 15
"""Lines, from `def` on."""

LONGEST_FUNCTION = 60
LISTS = {"shared/root.py:build_connector", "local/shopify/control.py:add_control_routes"}

AZURE_OUTSIDE_STORAGE = frozenset({
    "shared/access/key_vault.py", "shared/business_central/sign_in.py", "shared/telemetry_export.py",
})

ONLY_ELSEWHERE = (
    "aiohttp", "babel", "jinja2", "moto", "boto3", "botocore", "graphql", "croniter", "hypothesis", "pytest", "local",
    "tests",
)
"""What is not there in Azure, or loaded only where a setting asks for it: the app has to be importable without it."""

MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/|\b[A-Z]:\\Users\\")
REGISTRY_HOSTS = re.compile(r"registry\.(?:npmjs|yarnpkg)\.|(?:files\.pythonhosted|\bpypi)\.org|\bnpm\.pkg\.github")


# One door

def test_json_from_outside_is_read_through_one_door() -> None:
    door = Path("shared/json_text.py")
    reading = re.compile(r"\bjson\.(?:loads?|decode|Decoder)\(|\.json\(\)")

    sources = [path for folder in ("shared", "functions") for path in python_files(folder)]

    assert [path for path in sources if reading.search((ROOT / path).read_text())] == [door]


def test_the_form_of_a_time_stands_in_one_module() -> None:
    """Days are written with `isoformat` where they are; a moment has only the forms of shared/clock.py."""
    a_day = re.compile(r"day|.*\.date\(\)|_date\(.*\)")
    sources = [path for top in ("shared", "functions") for path in python_files(top)]
    written = {(str(path), ast.unparse(node.func.value)) for path in sources
               for node in ast.walk(ast.parse((ROOT / path).read_text()))
               if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "isoformat"}

    assert {path for path, of in written if not a_day.fullmatch(of)} == {"shared/clock.py"}


def test_no_caption_of_the_shop_card_is_spelt_out_but_where_it_stands() -> None:
    """A sentence takes it from shared/shops/card_fields.py. Titles and fixes are texts for reading, and options are
    stored; a page of Business Central's may be called as a field of ours is."""
    captions = [str(one) for one in (*(field.caption for field in FIELDS.values()), *PARTS.values()) if " " in str(one)]
    spelt = re.compile("|".join(rf"\b{re.escape(caption)}(?!\w)" for caption in captions))
    sources = [path for top in ("shared", "functions") for path in python_files(top)
               if path.name not in ("card_fields.py", "card.py", "problems.py")]

    found = {f"{path}: {text}" for path in sources for text in _said_in_code((ROOT / path).read_text())
             if spelt.search(text) and not text.startswith("page ")}

    assert found == set()


def test_words_of_our_own_are_not_passed_off_as_somebody_else_s() -> None:
    """What is `as_said` stays in its language: another service's words, names and numbers, nothing that we write."""
    sources = [path for top in ("shared", "functions") for path in python_files(top)]
    written = [f"{path}:{node.lineno}" for path in sources for node in ast.walk(ast.parse((ROOT / path).read_text()))
               if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "as_said"
               for part in ast.walk(node.args[0])
               if isinstance(part, ast.Constant) and isinstance(part.value, str)
               and re.search("[a-z]{2,} ?[a-z]{2,}", part.value)]

    assert written == []


def _said_in_code(source: str) -> Iterator[str]:
    """The texts of a module that are no docstrings."""
    tree = ast.parse(source)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return (node.value for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs)


# Who imports whom


def test_functions_know_shared_and_the_bindings_and_nothing_else() -> None:
    wrong = {
        (str(path), name) for path in python_files("functions") for name in imports(path)
        if not belongs(name, {"functions", "shared", *THIRD_PARTY_OF_FUNCTIONS, *sys.stdlib_module_names})
        and not (path.parent == MAKES_PAGES and belongs(name, OF_PAGES))
    }

    assert not wrong


def test_nothing_but_the_front_door_imports_the_functions() -> None:
    importers = {path.name for path in all_python_files()
                 if path.parts[0] != "functions" and path.parts[:2] != TESTS_OF_PAGES and knows(path, "functions")}

    assert importers == {"function_app.py"}


def test_triggers_reach_tables_and_the_two_services_through_shared_only() -> None:
    wrong = {(str(path), room) for path in python_files("functions") for room in rooms_in(imports(path)) & WORLD}

    assert not wrong


def test_nothing_of_shared_knows_what_operators_may_do() -> None:
    assert not [path for path in python_files("shared") if room_of(module_of(path)) != "admin"
                and knows(path, "shared.admin")]


def test_a_trigger_parses_calls_one_thing_and_answers() -> None:
    """Whatever takes more lines than that is a use case, and belongs to shared/admin."""
    lengths = {(path, name): lines for path in python_files("functions")
               for name, lines in lengths_of_triggers((ROOT / path).read_text())}

    assert len(lengths) >= len(declared_functions())
    assert {at for at, lines in lengths.items() if lines > LONGEST_TRIGGER} == set()


@pytest.mark.parametrize("head", ["def f(call):", "async def f(call):", "@edge\n@needs(1)\ndef f(call):"])
@pytest.mark.parametrize(("lines", "long"), [(LONGEST_TRIGGER, False), (LONGEST_TRIGGER + 1, True)])
def test_a_trigger_of_a_line_too_many_is_seen_whatever_stands_above_it(head: str, lines: int, long: bool) -> None:
    source = f"@blueprint.route(route='api/x')\n{head}\n" + "    pass\n" * (lines - 1)

    assert [lines > LONGEST_TRIGGER for _, lines in lengths_of_triggers(source)] == [long]


def test_a_function_within_a_trigger_counts_with_it() -> None:
    inner = "    def inner():\n" + "        pass\n" * LONGEST_TRIGGER
    source = f"@blueprint.route()\ndef f(call):\n{inner}    return inner\n"

    assert [lines > LONGEST_TRIGGER for _, lines in lengths_of_triggers(source)] == [True]


@pytest.mark.parametrize("stranger", ["local", "tests", "benchmarks", "functions"])
def test_shared_does_not_know(stranger: str) -> None:
    assert not [path for path in python_files("shared") if knows(path, stranger)]


@pytest.mark.parametrize("stranger", ["local", "tests", "benchmarks"])
def test_functions_do_not_know(stranger: str) -> None:
    assert not [path for path in [Path("function_app.py"), *python_files("functions")] if knows(path, stranger)]


@pytest.mark.parametrize("stranger", ["tests", "benchmarks"])
def test_the_local_stack_does_not_know(stranger: str) -> None:
    """Its own tests lie inside local/ and may."""
    assert not [path for path in python_files("local") if "tests" not in path.parts and knows(path, stranger)]


@pytest.mark.parametrize("simulator, service", [("local/shopify", "shared.shopify"),
                                                ("local/business_central", "shared.business_central")])
def test_a_simulator_does_not_use_the_client_it_is_there_to_check(simulator: str, service: str) -> None:
    assert not [path for path in python_files(simulator) if "tests" not in path.parts and knows(path, service)]


@pytest.mark.parametrize("room", sorted(ARROWS))
def test_a_room_of_shared_and_a_module_beside_the_rooms_imports_what_its_arrows_say(room: str) -> None:
    known = {other for path in files_of(room) for other in rooms_in(imports(path))} - GROUND - {room}

    assert known == ARROWS[room]


def test_every_room_and_every_module_beside_the_rooms_has_its_arrows() -> None:
    rooms = {room_of(module_of(path)) for path in python_files("shared")}

    assert rooms - {""} == GROUND | set(ARROWS)
    assert not GROUND & set(ARROWS)


@pytest.mark.parametrize("module", sorted(GROUND))
def test_the_ground_knows_the_ground_only(module: str) -> None:
    assert {other for path in files_of(module) for other in rooms_in(imports(path))} <= GROUND


def test_nothing_of_shared_knows_the_root() -> None:
    """Others get the value Connector handed: whoever fetched one of his own could not be tested apart."""
    assert not [path for path in python_files("shared") if path != Path("shared/root.py")
                and reaches_the_root((ROOT / path).read_text(), module_of(path))]


@pytest.mark.parametrize("source", [
    "import shared.root", "from shared.root import connector", "from shared import root as wiring",
    "from . import root", "def late():\n    from shared.root import connector",
    "import shared\nshared.root.connector()",
    "import shared.clock\nshared.root.connector()", 'import_module("shared.root")', '__import__("shared.root")',
    "if TYPE_CHECKING:\n    from shared.root import connector",
])
def test_whoever_reaches_the_root_is_seen_however_he_does(source: str) -> None:
    assert reaches_the_root(source, "shared.clock")


def test_what_is_only_called_like_the_root_is_not_it() -> None:
    assert not reaches_the_root('"""See shared/root.py."""\nself.root = root\nimport shared.rooted', "shared.clock")


def test_the_connector_is_a_value_that_knows_no_use_case() -> None:
    assert not set(rooms_in(reachable("shared.connector"))) & {"admin", "privacy", "root", "sync", "webhooks"}


def test_no_module_of_shared_imports_itself_by_way_of_others() -> None:
    modules = {module_of(path) for path in python_files("shared")}

    assert not {module for module in modules if module in reachable(module)}


@pytest.mark.parametrize("source, room", [
    ("import shared.sync.job", "sync"), ("from shared import health", "health"), ("import shareholders.sync", None),
    ("from shared.shops.store import Shops", "shops"), ("import shared.shops.card", "shops.card"),
    ("def f():\n    from shared.storage.tables import Table", "storage"),
])
def test_an_arrow_is_seen_however_it_is_written(source: str, room: str | None) -> None:
    assert rooms_in(set(imported_by(ast.parse(source), "shared.clock"))) == ({room} if room else set())


def test_mapping_and_what_plans_a_record_reach_nothing_that_does_input_or_output() -> None:
    reached = {name for path in pure_files() for name in reachable(module_of(path))}

    assert not {name for name in reached if belongs(name, DOES_IO)}


def test_mapping_and_what_plans_a_record_know_of_the_services_only_their_records() -> None:
    known = {name for path in pure_files() for module in {module_of(path), *reachable(module_of(path))}
             if room_of(module) in {"mapping", "to_business_central"} for name in imports(file_of(module) or path)
             if belongs(name, {"shared.business_central", "shared.shopify"})}

    assert known <= PURE_OF_OTHER_ROOMS


def test_no_test_module_imports_another_one() -> None:
    """What several of them need stands in a plain module or in a conftest: a test file may be renamed or dropped."""
    assert not {(str(path), name) for top in ("tests", "local", "benchmarks") for path in python_files(top)
                for name in imports(path) if ".test_" in name}


def test_the_tests_lie_as_the_rooms_do() -> None:
    """By room of shared/, by part of the local stack, or by a module beside the rooms."""
    rooms = {path.name for path in (ROOT / "shared").iterdir() if path.is_dir()}
    tested = {layer: {path.parts[2] for path in python_files(f"tests/{layer}") if len(path.parts) > 3}
              for layer in ("unit", "integration")}
    parts = {path.name for path in (ROOT / "local").iterdir()} | {"functions"}

    assert rooms - {"locale", "__pycache__"} <= tested["unit"] | tested["integration"]
    assert tested["unit"] <= rooms
    assert tested["integration"] - {"telemetry"} <= rooms | parts


@pytest.mark.parametrize("module", ["run", "job", "page", "changed", "replay", "dry_run", "restoring", "gone"])
def test_the_engine_reaches_no_type(module: str) -> None:
    assert not rooms_in(reachable(f"shared.sync.{module}")) & {"to_business_central", "record_types"}


def test_only_the_root_and_the_edge_know_the_registry() -> None:
    knowing = {str(path) for folder in ("shared", "functions") for path in python_files(folder)
               if "shared.record_types" in imports(path)}

    assert knowing == {"shared/root.py", "functions/inputs.py"}


def test_no_generic_code_asks_which_type_it_is() -> None:
    """What differs from type to type stands with the type (sync/record_type.py, shopify/shapes.py).

    Whose a record is, is another question: whatever is told of a person (`whom`) may ask it.
    """
    sources = [path for path in own_files()
               if path.parts[0] in ("shared", "functions") and path.suffix in (".py", ".html")]

    asking = list(places(sources, TYPES_OF_RECORDS))

    lawful = {path: lines for paths in LAWFUL_QUESTIONS.values() for path, lines in paths.items()}
    assert Counter(place.rpartition(":")[0] for place in asking) == lawful, asking


@pytest.mark.parametrize("source", [
    'if type == "orders": pass', 'x = "payouts" != one.type', 'if one.name == "orders": pass',
    'if type in ("orders", "payouts"): pass', 'if type not in {"orders"}: pass', 'x = type in frozenset({"orders"})',
    'if type_name == "orders": pass', 'if types[0] == "orders": pass', 'if types == ["orders"]: pass',
    'ORDERS = "orders"\nif type == ORDERS: pass', 'A, B = "x", "orders"\nif B == type: pass',
    "from shared.privacy.subject import ORDERS as O\nif type == O: pass",
    "from shared.to_business_central.orders import apply\nif type == apply.NAME: pass",
    "from shared.stores.links import ITEMS\nx = 1 if type == ITEMS else 2",
    'match type:\n    case "orders" | "x": pass', 'match one:\n    case Record(type="orders"): pass',
    'WAYS = {"orders": 1, "payouts": 2, "x": 3, "y": 4}', 'WAYS = {"companies": 1}',
    'x = {"orders": 1, "x": 2, "y": 3}[type]', 'x = {"orders": first, "payouts": second}[type]', 'x = counts["orders"]',
    'x = counts.get("orders", 0)', 'if type.startswith("ord"): pass', 'x = one.type.removesuffix("s")',
    'for type in ("orders", "products"): pass', 'x = [f(type) for type in ["orders"]]',
    'BOOKED = ("orders", "payouts")\nif type in BOOKED: pass', 'BOOKED = frozenset({"orders"})\nx = type in BOOKED',
    'BOOKED: tuple[str, ...] = ("x", "orders")\nfor type in BOOKED: pass',
    'x = any(f(type) for type in ("orders", "x"))',
    'x = types - {"orders"}', 'x = {"orders", "payouts"} & set(types)',
    'BOOKED = {"orders"}\nx = BOOKED.isdisjoint(types)',
    'x = {"orders"}.issuperset(types)', 'types.discard("orders")', 'x = type.__eq__("orders")',
    'x = operator.eq(type, "orders")',
    'x = {"orders": 1, "x": 2, "y": 3}.get(type, 4)', 'x = dict(orders=1, payouts=2)[type]',
])
def test_a_question_about_a_type_is_seen_however_it_is_put(source: str) -> None:
    assert list(asked_in_python(source, TYPES_OF_RECORDS)) != []


@pytest.mark.parametrize("source", [
    'def f(whom):\n    return one.type == "orders"', 'written.entity_set == "customers"', 'x = LENGTHS["customers"]',
    'sync(connector, types=("orders",))', 'x = connector.links(shop, "orders")', 'TYPE = RecordType("orders", apply)',
    'values = {"orders": found, "older": page}', 'if state == "running": pass', 'if text.startswith("gid://"): pass',
    "if isinstance(one, KeptType): pass", 'said = told | {"orders": found, "x": 1, "y": 2}',
    'x = dict(orders=found, older=1)',
    'x = {"orders": found, "older": page}.get(name)',
])
def test_handing_a_type_on_and_asking_for_something_else_is_no_question(source: str) -> None:
    assert list(asked_in_python(source, TYPES_OF_RECORDS)) == []


def test_no_generic_code_asks_of_which_class_a_record_is() -> None:
    """That tells its type as well as the name does. A type knows its own, and Shopify's side reads all."""
    generic = [path for path in (*python_files("shared"), *python_files("functions"))
               if room_of(module_of(path)) not in {"shopify", "to_business_central"}]

    asking = {str(path) for path in generic
              if [*asked_by_class(path.read_text(encoding="utf-8"), CLASSES_OF_RECORDS)]}

    assert asking == set()


@pytest.mark.parametrize("source", [
    "match record.value:\n    case Order(): pass", "match value:\n    case records.Order(id=id) | None: pass",
    "if isinstance(value, records.Order): pass", "x = isinstance(value, (str, Order))",
    "x = isinstance(v, Order | None)",
    "if type(value) is Order: pass",
])
def test_a_question_about_a_record_s_class_is_seen(source: str) -> None:
    assert len([*asked_by_class(source, CLASSES_OF_RECORDS)]) == 1
    assert [*asked_by_class(source.replace("Order", "Sentence"), CLASSES_OF_RECORDS)] == []


@pytest.mark.parametrize("source", [
    '{% if record.type == "products" %}SKU{% endif %}', '{% for type in ("orders", "x") %}{{ type }}{% endfor %}',
    '{{ {"orders": _("Orders")}.get(type, type) }}', '{{ "a" if type in ["orders"] else "b" }}',
    '{{ shop.last_sync["orders"] }}', '{{ shop.last_sync.get("orders") }}',
    '{% if one.type.startswith("ord") %}a{% endif %}',
    '{% set word = {"orders": 1}[type] %}', '{% macro m(type) %}{% if type != "payouts" %}a{% endif %}{% endmacro %}',
])
def test_a_question_about_a_type_is_seen_in_a_template(source: str) -> None:
    assert list(asked_in_template(source, TYPES_OF_RECORDS)) == [1]


def test_a_link_to_an_order_is_no_question() -> None:
    source = '{{ link(shop, "orders", id) }}{% if "retry" in may %}a{% endif %}'

    assert list(asked_in_template(source, TYPES_OF_RECORDS)) == []


def test_a_records_type_is_called_type_and_nothing_else() -> None:
    """Decision 0043. A file where kind is said of something else stands in OTHER_KINDS, under what it is said of."""
    said = {str(path) for folder in ("shared", "functions") for path in python_files(folder)
            if any(names_a_kind(ast.parse((ROOT / path).read_text())))}

    assert said == {path for paths in OTHER_KINDS.values() for path in paths}


@pytest.mark.parametrize("source", [
    "def f(kind): pass", "f(kind=1)", "def f(*, kinds): pass", "one.kind", "KIND = 1", "def known_kind(): pass",
    "class Kind: pass", "class RecordKind: pass", "from a import KINDS", "import shared.shopify.kinds",
])
def test_a_kind_is_seen_whatever_is_called_so(source: str) -> None:
    assert any(names_a_kind(ast.parse(source)))


def test_what_only_sounds_like_a_kind_and_what_is_said_in_a_text_is_none() -> None:
    assert not any(names_a_kind(ast.parse('one.kindly = unkind = "kind"  # kind')))


def test_no_function_is_longer_than_a_screen() -> None:
    """A list of what is wired, or of routes, may be: it has no paths through it."""
    lengths = {f"{path}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
               for top in ("shared", "functions", "local") for path in python_files(top)
               for node in ast.walk(ast.parse((ROOT / path).read_text()))
               if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}

    assert {name for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == LISTS


def test_the_azure_sdk_stays_behind_its_wrappers() -> None:
    users = {str(path) for path in python_files("shared") if knows(path, "azure")}

    assert {user for user in users if not user.startswith("shared/storage/")} <= AZURE_OUTSIDE_STORAGE


# What is pinned


REQUIREMENTS = ["requirements.txt", "requirements-run.txt", "requirements-dev.txt"]
"""From what runs in Azure to what the tests need; each takes in the one before."""


def test_every_python_package_is_pinned_to_one_version() -> None:
    requirements = [line for name in REQUIREMENTS for line in requirement_lines(name)]

    assert requirements
    assert not [line for line in requirements if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*", line)]


@pytest.mark.parametrize("smaller, larger", list(pairwise(REQUIREMENTS)))
def test_a_package_in_two_files_has_one_version(smaller: str, larger: str) -> None:
    runs, develops = (dict(line.split("==") for line in requirement_lines(name)) for name in (smaller, larger))

    assert not {name for name in runs.keys() & develops.keys() if runs[name] != develops[name]}
    assert f"-r {smaller}" in (ROOT / larger).read_text().splitlines()


def test_the_app_requires_every_package_it_imports() -> None:
    required = {line.split("==")[0].lower() for line in requirement_lines("requirements.txt")}
    roots = {root_package(name) for top in ("shared", "functions") for path in python_files(top)
             for name in imports(path)} - set(sys.stdlib_module_names) - {"shared", "functions", "azure-core"}

    assert roots <= required


def test_npm_packages_are_exact_and_the_lock_names_no_address() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    lock = json.loads((ROOT / "package-lock.json").read_text())

    wanted = package.get("dependencies", {}) | package.get("devDependencies", {})
    assert wanted
    assert not {name: version for name, version in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)}
    assert {name: lock["packages"][f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert not [name for name, entry in lock["packages"].items() if "resolved" in entry]


# What may stand in a file


def test_no_file_names_a_path_of_one_machine_or_a_package_registry() -> None:
    found = [
        f"{path}:{number}: {line.strip()[:80]}"
        for path in own_files() if path != Path(__file__).relative_to(ROOT)
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if MACHINE_PATHS.search(line) or REGISTRY_HOSTS.search(line)
    ]

    assert not found


@pytest.mark.parametrize("bad", ["/root/.cache", "open('/home/ada/x')", "https://registry.npmjs.org/x"])
def test_the_patterns_find_what_they_are_for(bad: str) -> None:
    assert MACHINE_PATHS.search(bad) or REGISTRY_HOSTS.search(bad)


# What the app declares


def test_the_front_door_opens_with_nothing_set_and_nothing_but_its_own_packages() -> None:
    """A setting that is missing must stop one call, not the import; and no import may call out.

    urllib3 binds a socket of its own to learn whether there is IPv6, so binding is let pass.
    """
    program = f"""
import json, sys
for name in {ONLY_ELSEWHERE!r}:
    sys.modules[name] = None            # an import of it fails
def listen(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
        raise SystemExit(f"the import opened a socket: {{event}} {{arguments}}")
sys.addaudithook(listen)
from function_app import app
print(json.dumps({{one.get_function_name(): [json.loads(raw) for raw in one.get_raw_bindings()]
                  for one in app.get_functions()}}))
"""

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env={}, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == declared_functions(), "if this is meant, change tests/data/functions.json too"


# Reading the repository


def pure_files() -> list[Path]:
    """The files of mapping, and those of the types that plan."""
    types = [path for path in python_files("shared/to_business_central") if path.name in PLANNING]
    return [*python_files("shared/mapping"), *types]


def lengths_of_triggers(source: str) -> Iterator[tuple[str, int]]:
    """Name and lines, from `def` on, of every function that is registered with the app."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
                "blueprint" in ast.unparse(one) for one in node.decorator_list):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


def reaches_the_root(source: str, module: str) -> bool:
    """Whether the source imports the root, names it by the package, or by a text that imports it."""
    tree, root = ast.parse(source), f"shared.{ROOT_MODULE}"
    named = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return root in named | said or any(belongs(name, {root}) for name in imported_by(tree, module))


def names_a_kind(tree: ast.AST) -> Iterator[str]:
    """Every name in the source with the word kind in it: of a variable, parameter, field, function, class or module."""
    for node in ast.walk(tree):
        said = [getattr(node, part, None) for part in ("id", "arg", "attr", "name", "module", "asname")]
        yield from (name for name in said if isinstance(name, str)
                    and {"kind", "kinds"} & {word.lower() for word in re.findall("[A-Z]?[a-z]+|[A-Z]+", name)})
