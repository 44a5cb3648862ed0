"""Which keys a specification may have; an unknown one is refused by its name, so that no test proves nothing.

What each key means is said where records are built (`records`, `orders`, `payment_records`). Border: names, and the
GraphQL fields of `fields` as the schema has them; a value that makes no sense is the builder's business.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from local.shopify.schema import load_schema

Vocabulary = Mapping[str, Any]
"""The keys of an object. The value: None for whatever stands there, else the vocabulary of an object or of each object
of a list."""


def _names(text: str, **inner: Any) -> dict[str, Any]:
    return dict.fromkeys(text.split()) | inner


ADDRESS = _names("first_name last_name company address1 address2 city zip province province_code country country_code "
                 "phone")
TAX = _names("title rate amount channel_liable")
DUTY = _names("price hs_code origin tax_rate tax", taxes=TAX)
_EVERY = "id created_at updated_at fields"

KEYS: Mapping[str, Vocabulary] = {
    "customers": _names(
        f"{_EVERY} first_name last_name email phone note tags locale state tax_exempt tax_exemptions",
        address=ADDRESS, addresses=ADDRESS),
    "products": _names(
        f"{_EVERY} title vendor product_type status tags description gift_card options handle price",
        variants=_names("id sku price compare_at_price barcode cost hs_code origin weight_kg options inventory "
                        "taxable")),
    "companies": _names(
        f"{_EVERY} name external_id note contacts",
        locations=_names("name external_id phone tax_id tax_exempt tax_exemptions payment_terms", address=ADDRESS)),
    "orders": _names(
        f"{_EVERY} name currency presentment_currency presentment_rate taxes_included tax_rate tax_exempt "
        "duties_included customer email phone note tags po_number test processed_at cancelled cancelled_at "
        "cancel_reason closed closed_at fulfilled payment_pending payment_expired tip source_name app risk locale "
        "attributes edited unallocated_discount",
        taxes=TAX, shipping_address=ADDRESS, billing_address=ADDRESS,
        fees=_names("name price tax_rate tax", taxes=TAX),
        company=_names("company location contact"),
        payment_terms=_names("payment_terms_name due_in_days"),
        lines=_names("sku quantity unit_price title variant_title vendor product variant discount tax_rate tax "
                     "gift_card tip taxable requires_shipping removed added attributes", taxes=TAX, duties=DUTY),
        shipping=_names("title price discount code tax_rate tax removed left", taxes=TAX),
        discounts=_names("target line amount percentage code title"),
        refunds=_names("shipping note created_at pending amount", lines=_names("line quantity restock restock_type")),
        transactions=_names("kind status amount gateway parent"),
        fulfillment_orders=_names("lines status quantities fulfill_by", location=_names("id name"))),
    "payouts": _names(
        f"{_EVERY} status issued_at trace transaction_type charges charges_fee refunds refunds_fee adjustments "
        "adjustments_fee reserved_funds reserved_funds_fee retried_payouts retried_payouts_fee advance advance_fee",
        transactions=_names("type amount fee order order_name processed_at")),
    "disputes": _names(
        f"{_EVERY} type status amount reason network_reason_code initiated_at evidence_due_by evidence_sent_on "
        "finalized_on order"),
}


def check(type: str, typename: str, spec: Mapping[str, Any]) -> None:
    """ValueError that names the keys of the specification which nobody reads, such as "orders: lines.qty"."""
    unknown = sorted(set(_unknown(spec, KEYS[type])))
    if unknown:
        raise ValueError(f"unknown in a specification of {type}: {', '.join(unknown)}")
    check_fields(typename, spec.get("fields") or {})


def check_fields(typename: str, names: Iterable[str]) -> None:
    """ValueError for a name that is no field of this type of Shopify's, or for no such type."""
    known = getattr(load_schema().graphql.type_map.get(typename), "fields", None)
    if known is None:
        raise ValueError(f"Shopify has no type {typename!r}")
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise ValueError(f"Shopify's {typename} has no field {', '.join(unknown)}")


def _unknown(value: Any, vocabulary: Vocabulary, path: str = "") -> Iterable[str]:
    if isinstance(value, list):
        for one in value:
            yield from _unknown(one, vocabulary, path)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            place = f"{path}.{name}" if path else name
            if name not in vocabulary:
                yield place
            elif vocabulary[name] is not None:
                yield from _unknown(inner, vocabulary[name], place)
