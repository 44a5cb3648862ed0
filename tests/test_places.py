"""How many places a change touches: the table in CONTRIBUTING.md, held by counting them in the source.

Here what is there already is counted; tests/test_changes.py makes the changes and counts their places. A setting is
counted in tests/infra/test_settings.py. What is documented besides is held by tests/test_docs.py.
"""
from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from shared.problems import CATALOGUE
from shared.shops.card import ShopCard
from shared.shops.card_fields import FIELDS
from tests.repository import declared_functions, own_files, python_files, text_of

WITH_A_CONTROL_OF_ITS_OWN = {
    "code", "company_id", "enabled", "logging_mode", "logging_mode_until", "shopify_url", "time_zone",
}
"""Fields that a page shows, or changes, outside the form of the card."""

SAYS_MORE_OF_SOME = {"shared/admin/web_addresses.py"}
"""Tables that a code may be in and need not: on which page of Business Central its reason is mended."""


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_an_error_code_has_a_row_in_one_table(code: str) -> None:
    """Its words, status and fault; where it is raised is the second place."""
    tables = {path for path, keys in keys_of_tables().items() if code in keys}

    assert tables - SAYS_MORE_OF_SOME == {"shared/problems.py"}


def test_a_table_that_a_code_may_be_in_lacks_most_of_them() -> None:
    assert [path for path in SAYS_MORE_OF_SOME if len(keys_of_tables()[path] & CATALOGUE.keys()) > len(CATALOGUE) / 2
            ] == []


@pytest.mark.parametrize("field", sorted(FIELDS.keys() - WITH_A_CONTROL_OF_ITS_OWN))
def test_a_field_of_the_shop_card_is_named_by_no_form_page_or_description(field: str) -> None:
    """They take it from the card and the table of its fields: two places."""
    edge = [path for path in own_files() if path.parts[0] == "functions" or path.parts[:2] == ("shared", "admin")]
    named = re.compile(rf"(?<![\w/-]){field}(?![\w/])")

    assert not [str(path) for path in edge if path.suffix in (".py", ".html", ".js")
                and "_" in field and named.search(text_of(path))]
    assert field in ShopCard.__struct_fields__


@pytest.mark.parametrize("name", sorted(name for name in declared_functions() if "portal_" not in name))
def test_a_route_of_the_api_stands_in_one_module(name: str) -> None:
    """Its address, method, role and inputs stand around the trigger; openapi.json is made of them."""
    modules = [path for path in python_files("functions") if path.parent == Path("functions")]

    assert len([path for path in modules if name in named_in(path)]) == 1


@cache
def keys_of_tables() -> Mapping[str, frozenset[str]]:
    """Module of the app -> the texts that are keys of a dict in it."""
    return {
        str(path): frozenset(
            key.value for node in ast.walk(ast.parse(text_of(path))) if isinstance(node, ast.Dict)
            for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
        for top in ("shared", "functions") for path in python_files(top)
    }


@cache
def named_in(path: Path) -> frozenset[str]:
    """The functions of a module, and the names that it gives to triggers."""
    nodes = list(ast.walk(ast.parse(text_of(path))))
    return frozenset({node.name for node in nodes if isinstance(node, ast.FunctionDef)} | {
        node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)})
