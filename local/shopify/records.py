"""From a short specification to the full record Shopify would answer: shop, customers, products.

A *spec* is a plain JSON object in the field's own words (snake case); a *record* is a dict whose keys
are GraphQL field names of Shopify's Admin API. A string where the schema wants an object is a
reference by gid; anything the record does not say is answered with the type's default. Times are
ISO 8601 UTC with whole seconds. Every spec may carry ``id`` (numeric), ``created_at``, ``updated_at``
and ``fields`` (GraphQL fields laid over the finished record); a key that is not explained is refused
(`specs`). Orders have their own module, `orders`.

customer  first_name, last_name, email, phone, note, tags, locale, state, tax_exempt, tax_exemptions [..],
          address {first_name, last_name, company, address1, address2, city, zip, province,
          province_code, country (its name, if not that of the code), country_code, phone}
          or addresses [..] (the first is the default; [] = none)
product   title, vendor, product_type, status, tags, description, gift_card, options [names],
          variants [{sku, price, compare_at_price, barcode, cost, hs_code, origin, weight_kg,
          options [values], inventory, taxable}], handle; one variant when `variants` is left out
company   name, external_id, note, contacts [customer ids, the first one is the main contact], locations [{name,
          external_id, phone, address, tax_id, tax_exempt, tax_exemptions [..],
          payment_terms (name of a template, e.g. "Net 30")}]
"""
from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

from local.shopify.money import cents, text

Spec = dict[str, Any]
Record = dict[str, Any]

COUNTRIES = {"FR": "France", "DE": "Germany", "ES": "Spain", "IE": "Ireland", "GB": "United Kingdom",
             "US": "United States", "CH": "Switzerland", "BE": "Belgium", "DK": "Denmark", "IT": "Italy"}


def gid(kind: str, number: int | str) -> str:
    return f"gid://shopify/{kind}/{number}"


def build_customer(spec: Spec) -> Record:
    """A Customer record; its e-mail and phone stand in the default objects as since 2026-10."""
    number = spec["id"]
    first, last = spec.get("first_name"), spec.get("last_name")
    name = " ".join(part for part in (first, last) if part)
    email, phone = spec.get("email"), spec.get("phone")
    addresses = [build_address({"first_name": first, "last_name": last, "phone": phone, **a}, number * 100 + i)
                 for i, a in enumerate(_addresses(spec))]
    return {
        "__typename": "Customer",
        "id": gid("Customer", number), "legacyResourceId": str(number),
        "firstName": first, "lastName": last, "displayName": name or email or phone or "",
        "email": email, "phone": phone,
        "defaultEmailAddress": email and {"emailAddress": email, "marketingState": "NOT_SUBSCRIBED",
                                          "validFormat": True},
        "defaultPhoneNumber": phone and {"phoneNumber": phone, "marketingState": "NOT_SUBSCRIBED"},
        "addresses": addresses, "addressesV2": addresses,
        "defaultAddress": addresses[0] if addresses else None,
        "state": spec.get("state", "DISABLED"), "locale": spec.get("locale", "fr"),
        "note": spec.get("note"), "tags": spec.get("tags", []), "taxExempt": spec.get("tax_exempt", False),
        "taxExemptions": spec.get("tax_exemptions", []), "verifiedEmail": bool(email), "companyContactProfiles": [],
        "createdAt": spec["created_at"], "updatedAt": spec["updated_at"],
        **spec.get("fields", {}),
    }


def _addresses(spec: Spec) -> list[Spec]:
    if "addresses" in spec:
        return list(spec["addresses"])
    return [spec["address"]] if spec.get("address") else []


def build_address(spec: Spec | None, number: int) -> Record | None:
    """A MailingAddress, or None for None."""
    if spec is None:
        return None
    first, last, code = spec.get("first_name"), spec.get("last_name"), spec.get("country_code", "FR")
    country = spec.get("country", COUNTRIES.get(code, code))
    return {
        "__typename": "MailingAddress", "id": gid("MailingAddress", number),
        "firstName": first, "lastName": last, "name": " ".join(p for p in (first, last) if p) or None,
        "company": spec.get("company"), "address1": spec.get("address1"), "address2": spec.get("address2"),
        "city": spec.get("city"), "zip": spec.get("zip"), "province": spec.get("province"),
        "provinceCode": spec.get("province_code"), "country": country, "countryCode": code,
        "countryCodeV2": code, "phone": spec.get("phone"), "coordinatesValidated": False,
        "formatted": [p for p in (spec.get("address1"), spec.get("city"), country) if p],
    }


def build_product(spec: Spec, currency: str) -> Record:
    """A Product record with its variants and their inventory items nested in place."""
    number = spec["id"]
    wanted = spec.get("variants") or [{}]
    options = spec.get("options") or (["Title"] if len(wanted) == 1 else ["Size"])
    product_id = gid("Product", number)
    variants = [_variant(spec, v, number, position, options, currency)
                for position, v in enumerate(wanted, start=1)]
    prices = [Decimal(v["price"]) for v in variants]
    inventory = sum(v["inventoryQuantity"] or 0 for v in variants)
    return {
        "__typename": "Product", "id": product_id, "legacyResourceId": str(number),
        "title": spec["title"], "handle": spec.get("handle") or slug(spec["title"]),
        "status": spec.get("status", "ACTIVE"), "vendor": spec.get("vendor", "Demo FR"),
        "productType": spec.get("product_type", ""), "tags": spec.get("tags", []),
        "description": spec.get("description", ""), "descriptionHtml": f"<p>{spec.get('description', '')}</p>",
        "isGiftCard": spec.get("gift_card", False),
        "hasOnlyDefaultVariant": len(variants) == 1 and options == ["Title"],
        "hasOutOfStockVariants": any((v["inventoryQuantity"] or 0) <= 0 for v in variants),
        "totalInventory": inventory, "tracksInventory": not spec.get("gift_card", False),
        "options": [_option(number, i, name, variants) for i, name in enumerate(options, start=1)],
        "variants": variants, "variantsCount": {"count": len(variants), "precision": "EXACT"},
        "mediaCount": {"count": 0, "precision": "EXACT"},
        "priceRangeV2": {"minVariantPrice": _money(min(prices), currency),
                         "maxVariantPrice": _money(max(prices), currency)},
        "createdAt": spec["created_at"], "updatedAt": spec["updated_at"],
        "publishedAt": spec["created_at"] if spec.get("status", "ACTIVE") == "ACTIVE" else None,
        **spec.get("fields", {}),
    }


def _variant(product: Spec, spec: Spec, product_number: int, position: int, options: list[str],
             currency: str) -> Record:
    number = spec.get("id", product_number * 1000 + position)
    values = spec.get("options") or (["Default Title"] if options == ["Title"] else [str(position)])
    title, sku = " / ".join(values), spec.get("sku")
    tracked = not product.get("gift_card", False)
    price = cents(spec["price"] if "price" in spec else product.get("price", "10.00"))
    compare = spec.get("compare_at_price")
    return {
        "__typename": "ProductVariant", "id": gid("ProductVariant", number), "legacyResourceId": str(number),
        "title": title, "displayName": f"{product['title']} - {title}", "sku": sku,
        "barcode": spec.get("barcode"), "price": f"{price}",
        "compareAtPrice": None if compare is None else f"{cents(compare)}",
        "position": position, "taxable": spec.get("taxable", tracked), "inventoryPolicy": "DENY",
        "inventoryQuantity": spec.get("inventory", 100) if tracked else 0, "availableForSale": True,
        "selectedOptions": [{"name": n, "value": v} for n, v in zip(options, values, strict=False)],
        "createdAt": product["created_at"], "updatedAt": product["updated_at"],
        "product": gid("Product", product_number),
        "inventoryItem": _inventory_item(spec, number, product, tracked, currency),
    }


def _inventory_item(spec: Spec, number: int, product: Spec, tracked: bool, currency: str) -> Record:
    item = number + 500_000_000
    cost = spec.get("cost")
    return {
        "__typename": "InventoryItem", "id": gid("InventoryItem", item), "legacyResourceId": str(item),
        "sku": spec.get("sku"), "tracked": tracked, "requiresShipping": tracked,
        "countryCodeOfOrigin": spec.get("origin"), "harmonizedSystemCode": spec.get("hs_code"),
        "unitCost": None if cost is None else _money(cents(cost), currency),
        "measurement": {"id": gid("InventoryItemMeasurement", item),
                        "weight": {"value": float(spec.get("weight_kg", 0)), "unit": "KILOGRAMS"}},
        "createdAt": product["created_at"], "updatedAt": product["updated_at"],
        "variant": gid("ProductVariant", number),
    }


def _option(product_number: int, position: int, name: str, variants: list[Record]) -> Record:
    values = dict.fromkeys(o["value"] for v in variants for o in v["selectedOptions"] if o["name"] == name)
    return {"__typename": "ProductOption", "id": gid("ProductOption", product_number * 10 + position),
            "name": name, "position": position, "values": list(values)}


PAYMENT_TERMS = {
    "Due on receipt": ("RECEIPT", None), "Due on fulfillment": ("FULFILLMENT", None), "Fixed": ("FIXED", None),
    **{f"Net {days}": ("NET", days) for days in (7, 15, 30, 45, 60, 90)},
}
"""Templates that every shop has: name -> type and days. Source: Shopify help, "Payment terms"."""


def _payment_terms(name: str | None) -> Record | None:
    """A BuyerExperienceConfiguration with this template, or None."""
    if name is None:
        return None
    kind, days = PAYMENT_TERMS[name]
    id = gid("PaymentTermsTemplate", list(PAYMENT_TERMS).index(name) + 1)
    template = {"__typename": "PaymentTermsTemplate", "id": id, "name": name,
                "translatedName": name, "description": name, "dueInDays": days, "paymentTermsType": kind}
    return {"paymentTermsTemplate": template, "checkoutToDraft": False, "editableShippingAddress": False}


def build_company(spec: Spec) -> Record:
    """A Company with its locations; contacts refer to customers, the first one is the main contact."""
    number = spec["id"]
    company = gid("Company", number)
    main = gid("CompanyContact", number * 100) if spec.get("contacts") else None
    return {
        "__typename": "Company", "id": company, "name": spec["name"], "externalId": spec.get("external_id"),
        "note": spec.get("note"), "mainContact": main,
        "contacts": [{"__typename": "CompanyContact", "id": gid("CompanyContact", number * 100 + i),
                      "customer": gid("Customer", c), "company": company, "isMainContact": i == 0,
                      "createdAt": spec["created_at"], "updatedAt": spec["updated_at"]}
                     for i, c in enumerate(spec.get("contacts", []))],
        "locations": [{"__typename": "CompanyLocation", "id": gid("CompanyLocation", number * 100 + i),
                       "name": place["name"], "externalId": place.get("external_id"), "company": company,
                       "phone": place.get("phone"),
                       "taxSettings": {"taxRegistrationId": place.get("tax_id"),
                                       "taxExempt": place.get("tax_exempt", False),
                                       "taxExemptions": place.get("tax_exemptions", [])},
                       "buyerExperienceConfiguration": _payment_terms(place.get("payment_terms")),
                       "shippingAddress": _company_address(place.get("address"), number * 100 + i),
                       "billingAddress": _company_address(place.get("address"), number * 100 + 50 + i),
                       "createdAt": spec["created_at"], "updatedAt": spec["updated_at"]}
                      for i, place in enumerate(spec.get("locations") or [{"name": spec["name"]}])],
        "createdAt": spec["created_at"], "updatedAt": spec["updated_at"],
        "customerSince": spec["created_at"],
        **spec.get("fields", {}),
    }


def _company_address(spec: Spec | None, number: int) -> Record | None:
    address = build_address(spec, number)
    if address is None:
        return None
    kept = ("firstName", "lastName", "address2", "city", "zip", "province", "country", "countryCode", "phone")
    return {**{name: address[name] for name in kept}, "__typename": "CompanyAddress",
            "id": gid("CompanyAddress", number), "address1": address["address1"] or "",
            "companyName": address["company"] or "", "recipient": address["name"], "zoneCode": address["provinceCode"],
            "formattedAddress": address["formatted"]}


def slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _money(amount: Decimal, currency: str) -> Record:
    return {"amount": text(amount), "currencyCode": currency}
