"""Webhook bodies of customers, products, companies and the shop, REST-shaped.

Snake case, numeric ids beside ``admin_graphql_api_id``, money as text with two decimals, times with the
shop's own offset. The fields a connector reads are there; the rest of Shopify's bodies is left out.
Source: Shopify: Webhook topics and payloads (schemas up to 2026-07). Orders: `order_payloads`.
"""
from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from local.shopify.records import Record

Payload = dict[str, Any]


def number_of(reference: str | None) -> int | None:
    """The number of a gid."""
    return int(reference.rsplit("/", 1)[1]) if reference else None


def identity(record: Record) -> Payload:
    return {"id": number_of(record["id"]), "admin_graphql_api_id": record["id"]}


def local_time(moment: str | None, shop: Record) -> str | None:
    """A UTC time with the shop's offset (``2026-03-10T11:00:00+01:00``)."""
    if moment is None:
        return None
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(shop["ianaTimezone"])).isoformat()


def amount(money: Record | None) -> str | None:
    """The amount of a MoneyV2 with two decimals."""
    return None if money is None else f"{Decimal(money['amount']):.2f}"


def price_set(bag: Record) -> Payload:
    """A MoneyBag as REST writes it."""
    return {name: {"amount": amount(bag[key]), "currency_code": bag[key]["currencyCode"]}
            for name, key in (("shop_money", "shopMoney"), ("presentment_money", "presentmentMoney"))}


def address_payload(address: Record | None) -> Payload | None:
    """A MailingAddress."""
    if address is None:
        return None
    names = {"first_name": "firstName", "last_name": "lastName", "company": "company", "address1": "address1",
             "address2": "address2", "city": "city", "province": "province", "country": "country", "zip": "zip",
             "phone": "phone", "name": "name", "province_code": "provinceCode", "country_code": "countryCode"}
    return {name: address[key] for name, key in names.items()}


def customer_payload(record: Record, shop: Record, orders: list[Record]) -> Payload:
    """customers/create and customers/update. `orders`: the customer's own, oldest first."""
    addresses = [{"id": number_of(a["id"]), "customer_id": number_of(record["id"]), **(address_payload(a) or {}),
                  "default": i == 0} for i, a in enumerate(record["addresses"])]
    spent = sum((Decimal(o["netPaymentSet"]["shopMoney"]["amount"]) for o in orders), Decimal(0))
    return {
        **identity(record), "email": record["email"], "phone": record["phone"],
        "first_name": record["firstName"], "last_name": record["lastName"], "note": record["note"],
        "state": record["state"].lower(), "tags": ", ".join(record["tags"]), "tax_exempt": record["taxExempt"],
        "verified_email": record["verifiedEmail"], "currency": shop["currencyCode"],
        "orders_count": len(orders), "total_spent": f"{spent:.2f}",
        "last_order_id": number_of(orders[-1]["id"]) if orders else None,
        "last_order_name": orders[-1]["name"] if orders else None,
        "created_at": local_time(record["createdAt"], shop), "updated_at": local_time(record["updatedAt"], shop),
        "addresses": addresses, "default_address": addresses[0] if addresses else None,
    }


def product_payload(record: Record, shop: Record) -> Payload:
    """products/create and products/update."""
    return {
        **identity(record), "title": record["title"], "handle": record["handle"], "vendor": record["vendor"],
        "product_type": record["productType"], "status": record["status"].lower(),
        "tags": ", ".join(record["tags"]), "body_html": record["descriptionHtml"],
        "created_at": local_time(record["createdAt"], shop), "updated_at": local_time(record["updatedAt"], shop),
        "published_at": local_time(record["publishedAt"], shop), "published_scope": "global", "template_suffix": None,
        "options": [{"id": number_of(o["id"]), "product_id": number_of(record["id"]), "name": o["name"],
                     "position": o["position"], "values": o["values"]} for o in record["options"]],
        "variants": [_variant(v, record, shop) for v in record["variants"]], "images": [], "image": None,
        "has_variants_that_requires_components": False,
    }


def _variant(variant: Record, product: Record, shop: Record) -> Payload:
    chosen = [o["value"] for o in variant["selectedOptions"]]
    return {
        **identity(variant), "product_id": number_of(product["id"]), "title": variant["title"], "sku": variant["sku"],
        "barcode": variant["barcode"], "price": variant["price"], "compare_at_price": variant["compareAtPrice"],
        "position": variant["position"], "taxable": variant["taxable"],
        "inventory_policy": variant["inventoryPolicy"].lower(), "inventory_quantity": variant["inventoryQuantity"],
        "inventory_item_id": number_of(variant["inventoryItem"]["id"]),
        **{f"option{i + 1}": chosen[i] if i < len(chosen) else None for i in range(3)},
        "created_at": local_time(variant["createdAt"], shop), "updated_at": local_time(variant["updatedAt"], shop),
    }


def company_payload(record: Record, shop: Record) -> Payload:
    """companies/create, companies/update and, unlike other kinds, companies/delete."""
    contact = next((c for c in record["contacts"] if c["isMainContact"]), None)
    return {"name": record["name"], "note": record["note"], "external_id": record["externalId"],
            "main_contact_admin_graphql_api_id": contact and contact["id"],
            "created_at": local_time(record["createdAt"], shop), "updated_at": local_time(record["updatedAt"], shop),
            "customer_since": local_time(record["customerSince"], shop), "admin_graphql_api_id": record["id"]}


def company_location_payload(location: Record, company: Record, shop: Record) -> Payload:
    """company_locations/create, /update and /delete: the company stands in it as a whole."""
    return {"name": location["name"], "external_id": location["externalId"], "phone": location["phone"],
            "created_at": local_time(location["createdAt"], shop),
            "updated_at": local_time(location["updatedAt"], shop), "admin_graphql_api_id": location["id"],
            "tax_registration": {"tax_id": location["taxSettings"]["taxRegistrationId"]},
            "company": company_payload(company, shop)}


def company_contact_payload(contact: Record, company: Record, shop: Record) -> Payload:
    """company_contacts/create, /update and /delete."""
    return {"customer_admin_graphql_api_id": contact["customer"], "title": None, "locale": "fr",
            "created_at": local_time(contact["createdAt"], shop),
            "updated_at": local_time(contact["updatedAt"], shop), "admin_graphql_api_id": contact["id"],
            "company": company_payload(company, shop)}


def shop_payload(shop: Record) -> Payload:
    """app/uninstalled: the shop itself."""
    place = shop["shopAddress"]
    return {
        "id": number_of(shop["id"]), "name": shop["name"], "email": shop["email"], "customer_email": shop["email"],
        "domain": shop["primaryDomain"]["host"], "myshopify_domain": shop["myshopifyDomain"],
        "address1": place["address1"], "city": place["city"], "zip": place["zip"], "country": place["countryCodeV2"],
        "country_code": place["countryCodeV2"], "country_name": place["country"], "phone": place["phone"],
        "currency": shop["currencyCode"], "enabled_presentment_currencies": shop["enabledPresentmentCurrencies"],
        "taxes_included": shop["taxesIncluded"], "tax_shipping": shop["taxShipping"],
        "iana_timezone": shop["ianaTimezone"], "timezone": shop["ianaTimezone"],
        "plan_name": "partner_test" if shop["plan"]["partnerDevelopment"] else "basic",
        "plan_display_name": shop["plan"]["publicDisplayName"], "shop_owner": shop["shopOwnerName"],
        "weight_unit": "kg", "setup_required": shop["setupRequired"], "password_enabled": False,
        "has_storefront": True, "eligible_for_payments": True, "primary_locale": "fr",
        "created_at": local_time(shop["createdAt"], shop), "updated_at": local_time(shop["updatedAt"], shop),
    }
