"""Which scopes are missing: sets with what they imply, never texts."""
from __future__ import annotations

from pathlib import Path

import pytest

import shared.shopify
from shared.access.scopes import OPTIONAL, REQUIRED, WANTED, missing, read_scopes


@pytest.mark.parametrize("granted, lacking", [
    ("read_orders,read_products", ()),
    ("write_orders,write_products", ()),
    (" read_products , read_orders ", ()),
    ("write_products", ("read_orders",)),
    ("read_order,read_products_x", ("read_orders", "read_products")),
    ("", ("read_orders", "read_products")),
])
def test_write_scopes_contain_their_read_scopes_and_nothing_else_does(granted: str, lacking: tuple[str, ...]) -> None:
    assert missing(["read_products", "read_orders"], read_scopes(granted)) == lacking


def test_a_read_scope_does_not_contain_its_write_scope() -> None:
    assert missing(["write_orders"], ["read_orders"]) == ("write_orders",)


def test_every_scope_that_a_query_names_is_asked_for() -> None:
    folder = Path(shared.shopify.__file__).parent / "queries"
    heads = [line for path in folder.glob("*.graphql") for line in path.read_text().splitlines()
             if line.startswith("# scopes:")]
    named = {word.strip(",;") for line in heads for word in line.split() if word.startswith(("read_", "write_"))}

    assert named
    assert missing(named, WANTED) == ()


def test_no_scope_is_both_required_and_optional() -> None:
    assert not set(REQUIRED) & set(OPTIONAL)
    assert len(set(WANTED)) == len(WANTED)
