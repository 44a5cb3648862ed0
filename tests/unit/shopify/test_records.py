"""The typed records against the documents: what is typed is asked for, else it would be empty for ever."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, get_args

import msgspec
import pytest
from graphql import parse
from graphql.language import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
)

from shared.shopify.documents import document
from shared.shopify.records import AddressNode, AddressPage, Customer, Money, Refund, ShippingLine, id_of
from shared.shopify.shapes import SHAPES


@pytest.mark.parametrize("type", SHAPES)
def test_every_typed_field_is_asked_for(type: str) -> None:
    shape = SHAPES[type]  # type: ignore[index]
    asked = _asked_for(parse(document(shape.by_id).text), f"{shape.type_name}Fields")

    unasked = _typed(shape.struct) - asked

    # What refunds took back comes with a document of its own.
    assert {name for name in unasked if not name.startswith(("refunds.refund", "refunds.duties"))} == set()


def test_every_typed_field_of_a_refund_is_asked_for() -> None:
    parsed = parse(document("order_refunds").text)
    operation = next(d for d in parsed.definitions if isinstance(d, OperationDefinitionNode))

    asked = _below(parsed, operation.selection_set, "")

    assert {f"nodes.refunds.{field}" for field in _typed(Refund)} <= asked


@pytest.mark.parametrize("gid, id", [
    ("gid://shopify/Order/5001", "5001"), ("gid://shopify/Customer/7200000000001?x=y", "7200000000001")])
def test_id_of_a_gid(gid: str, id: str) -> None:
    assert id_of(gid) == id


@pytest.mark.parametrize("text", [
    "gid://shopify/Order/", "gid://shopify/Order/-5", "gid://shopify/Order/0", "gid://shopify/Order/5_001",
    "gid://shopify/Order/٥", "gid://shopify/Order/5001/x", "gid://shopify/Order/50010000000000000000", "5001"])
def test_number_of_something_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        id_of(text)


def test_customers_address_is_the_default_one_even_behind_the_first_ten() -> None:
    first = AddressNode(id="gid://shopify/MailingAddress/1", city="Lyon")
    default = AddressNode(id="gid://shopify/MailingAddress/11", city="Paris")

    assert _with(default, [first]).address == default
    assert _with(None, [first]).address == first
    assert _with(None, []).address is None


def _with(default: AddressNode | None, addresses: list[AddressNode]) -> Customer:
    return msgspec.structs.replace(
        msgspec.json.decode(b'{"id": "gid://shopify/Customer/1", "updatedAt": "2026-03-10T10:00:00Z"}', type=Customer),
        default_address=default, addresses_v2=AddressPage(nodes=addresses))


def _typed(struct: type[Any], path: str = "") -> set[str]:
    """Dotted wire names of every field below a struct."""
    found = set()
    for field in msgspec.structs.fields(struct):
        name = f"{path}{field.encode_name}"
        inner = [kind for kind in _parts(field.type) if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
        found |= _typed(inner[0], f"{name}.") if inner else {name}
    return found


def _parts(kind: Any) -> list[Any]:
    return [leaf for part in get_args(kind) for leaf in _parts(part)] or [kind]


def _asked_for(parsed: DocumentNode, fragment: str) -> set[str]:
    return _below(parsed, _fragments(parsed)[fragment].selection_set, "")


def _below(parsed: DocumentNode, selections: Any, path: str) -> set[str]:
    found: set[str] = set()
    for part in selections.selections:
        if isinstance(part, FieldNode):
            name = f"{path}{part.name.value}"
            found |= _below(parsed, part.selection_set, f"{name}.") if part.selection_set else {name}
        elif isinstance(part, FragmentSpreadNode):
            found |= _below(parsed, _fragments(parsed)[part.name.value].selection_set, path)
        else:
            found |= _below(parsed, part.selection_set, path)
    return found


def _fragments(parsed: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {d.name.value: d for d in parsed.definitions if isinstance(d, FragmentDefinitionNode)}


@pytest.mark.parametrize("amount", ["NaN", "-NaN", "sNaN", "Infinity", "-Infinity", "1e400", "1e-400"])
def test_what_is_no_amount_makes_the_record_unreadable(amount: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="no amount"):
        msgspec.convert({"amount": amount, "currencyCode": "EUR"}, Money)


@pytest.mark.parametrize("amount", ["0.00", "-0", "-12.5", "0.000001", "99999999999999.99"])
def test_every_amount_that_money_has_is_read(amount: str) -> None:
    assert msgspec.convert({"amount": amount, "currencyCode": "EUR"}, Money).amount == Decimal(amount)


def test_a_shipping_line_may_have_no_id() -> None:
    bag = {name: {"amount": "5.00", "currencyCode": "EUR"} for name in ("shopMoney", "presentmentMoney")}

    line = msgspec.convert({"id": None, "title": "Standard", "originalPriceSet": bag}, ShippingLine)

    assert line.id is None
