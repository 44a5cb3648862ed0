"""The demo shop ``demo-fr.myshopify.com``: deterministic from (seed, now, counts).

Writes specs (vocabulary: `records`, `orders`) and puts them into a `ShopState`. The mix holds what a
connector meets in a real shop: guests, several currencies, discounts on lines and shipping, tips, gift
cards, refunds, cancelled, archived, test and old orders, one order of more than 250 lines, texts longer
than Business Central's fields, payouts and disputes. ``plain`` shops are for benchmarks: three lines each,
nothing exotic.
"""
from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from local.shopify import demo_names as names
from local.shopify.demo_payments import disputes, payouts
from local.shopify.money import cents
from local.shopify.orders import build_order
from local.shopify.records import Record, Spec, gid, slug
from local.shopify.state import FIRST_NUMBER, Clock, ShopState, iso

DOMAIN = "demo-fr.myshopify.com"
RATES = {"EUR": "1", "USD": "1.08", "GBP": "0.86"}
LONG_ORDER_LINES = 260
FULL_VAT = "0.20"


def demo_shop(*, seed: int, now: datetime, customers: int, products: int, orders: int, plain: bool = False,
              lines_per_order: int | None = None, clock: Clock) -> ShopState:
    """A filled `ShopState`. `now` is the newest moment in it (minus a minute), `clock` runs from then on."""
    state = ShopState(shop_card(), clock)
    chance = random.Random(f"{seed}/{customers}/{products}/{orders}/{plain}")
    start = now - timedelta(days=3650)
    state.add_all("products", _products(chance, now, products, plain), start)
    state.add_all("customers", _customers(chance, now, customers), start)
    catalogue = [v for s in state.stored("products") for v in _sellable(s.record)]
    gift_cards = [v for s in state.stored("products") if s.record["isGiftCard"] for v in s.record["variants"]]
    people = [s.spec for s in state.stored("customers")]
    lines = lines_per_order or (3 if plain else None)
    write = _plain_order if plain else _order
    state.add_all("orders", [
        write(chance, now, index, orders, catalogue, gift_cards, people, lines) for index in range(orders)], start)
    if not plain:
        state.add_all("payouts", payouts(state, now), start)
        state.add_all("disputes", disputes(state, now), start)
    return state


def _sellable(product: Record) -> list[Record]:
    return product["variants"] if product["status"] == "ACTIVE" and not product["isGiftCard"] else []


def shop_card() -> Record:
    """The Shop object's own fields."""
    return {
        "__typename": "Shop", "id": gid("Shop", 61000000001), "name": "Demo FR", "myshopifyDomain": DOMAIN,
        "email": "boutique@example.fr", "contactEmail": "boutique@example.fr", "currencyCode": "EUR",
        "enabledPresentmentCurrencies": list(RATES),
        "shipsToCountries": ["FR", "DE", "ES", "IE", "GB", "US", "CH"],
        "ianaTimezone": "Europe/Paris", "timezoneOffset": "+0100",
        "timezoneOffsetMinutes": 60, "timezoneAbbreviation": "CET", "taxesIncluded": True, "taxShipping": True,
        "weightUnit": "KILOGRAMS", "unitSystem": "METRIC_SYSTEM", "url": f"https://{DOMAIN}",
        "createdAt": "2024-01-15T09:00:00Z", "updatedAt": "2026-01-15T09:00:00Z", "shopOwnerName": "Claire Fontaine",
        "orderNumberFormatPrefix": "#", "orderNumberFormatSuffix": "", "setupRequired": False,
        "plan": {"publicDisplayName": "Basic", "displayName": "Basic", "partnerDevelopment": True,
                 "shopifyPlus": False},
        "primaryDomain": {"id": gid("Domain", 1), "host": DOMAIN, "url": f"https://{DOMAIN}", "sslEnabled": True},
        "shopAddress": {"id": gid("ShopAddress", 1), "company": "Demo FR SARL", "address1": "12 quai Perrache",
                        "city": "Lyon", "zip": "69002", "country": "France", "countryCodeV2": "FR",
                        "formatted": ["12 quai Perrache", "69002 Lyon", "France"], "phone": "+33472000000"},
        "billingAddress": {"id": gid("ShopAddress", 1), "address1": "12 quai Perrache", "city": "Lyon"},
    }


# -- products and customers ---------------------------------------------------

def _products(chance: random.Random, now: datetime, count: int, plain: bool) -> list[Spec]:
    return [_product(chance, now, i, plain) for i in range(count)]


def _product(chance: random.Random, now: datetime, index: int, plain: bool) -> Spec:
    created, updated = _times(chance, now, 300)
    number = FIRST_NUMBER["products"] + index + 1
    if not plain and index % 40 == 7:
        values = ["25", "50", "100"]
        return {"id": number, "title": f"Carte cadeau {index}", "gift_card": True, "product_type": "Carte cadeau",
                "options": ["Montant"], "created_at": created, "updated_at": updated,
                "variants": [{"sku": f"GIFT-{index}-{v}", "price": f"{v}.00", "options": [f"{v} €"]}
                             for v in values]}
    word, code, kind = names.GOODS[index % len(names.GOODS)]
    style = names.STYLES[index // len(names.GOODS) % len(names.STYLES)]
    price = cents(Decimal(chance.randrange(390, 24900)) / 100)
    spec = {"id": number, "title": f"{word} {style}" + (f" {index}" if index >= 100 else ""),
            "handle": f"{code.lower()}-{index}", "vendor": chance.choice(names.VENDORS), "product_type": kind,
            "tags": chance.sample(["nouveau", "été", "solde", "bio"], chance.randrange(3)),
            "description": f"{word} « {style} », fabriqué en petite série.", "price": str(price),
            "status": "DRAFT" if not plain and index % 25 == 24 else "ACTIVE",
            "created_at": created, "updated_at": updated}
    return {**spec, **_variants(chance, index, code, price, single=plain or index % 3 == 0)}


def _variants(chance: random.Random, index: int, code: str, price: Decimal, *, single: bool) -> Spec:
    def variant(sku: str, **more: Any) -> Spec:
        made: Spec = {"sku": sku, "price": str(price), "inventory": chance.randrange(0, 200),
                      "weight_kg": chance.randrange(1, 50) / 10, **more}
        if chance.random() < 0.3:
            made |= {"barcode": ean13(300_000_000_000 + chance.randrange(10**9)), "hs_code": "940510",
                     "origin": "FR"}
        if chance.random() < 0.5:
            made["cost"] = str(cents(price * Decimal("0.45")))
        return made

    if single:
        return {"variants": [variant(f"{code}-{index:04d}")]}
    pairs = [(s, c) for s in names.SIZES[:chance.randrange(2, 5)] for c in names.COLOURS[:chance.randrange(1, 4)]]
    return {"options": ["Taille", "Couleur"],
            "variants": [variant(f"{code}-{index:04d}-{s}-{c[1]}", options=[s, c[0]]) for s, c in
                         dict.fromkeys(pairs)]}


def ean13(twelve: int) -> str:
    """A thirteen-digit EAN with its check digit."""
    digits = f"{twelve:012d}"
    check = -sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10
    return f"{digits}{check}"


def _customers(chance: random.Random, now: datetime, count: int) -> list[Spec]:
    return [_customer(chance, now, i) for i in range(count)]


def _customer(chance: random.Random, now: datetime, index: int) -> Spec:
    created, updated = _times(chance, now, 500)
    person = _person(chance, index)
    number = FIRST_NUMBER["customers"] + index + 1
    spec = {"id": number, "first_name": person["first_name"], "last_name": person["last_name"],
            "email": _email(person, index), "locale": person.pop("locale"), "address": person,
            "tags": ["fidèle"] if index % 7 == 0 else [], "created_at": created, "updated_at": updated}
    if index % 2 == 0:
        spec["phone"] = person["phone"]
    if index % 31 == 30:
        spec["note"] = chance.choice(names.NOTES)
    return spec


def _person(chance: random.Random, index: int) -> Spec:
    countries = list(names.PLACES)
    place: Any = names.PLACES[chance.choices(countries, [names.PLACES[c]["weight"] for c in countries])[0]]
    code = next(c for c in countries if names.PLACES[c] is place)
    city, postcode, province, province_code = chance.choice(place["city"])
    street = f"{chance.randrange(1, 180)} {chance.choice(place['street'])}"
    if index % 50 == 13:
        street, city = names.LONG_STREET, names.LONG_CITY if code == "FR" else city
    digits = "".join(chance.choices("0123456789", k=place["digits"]))
    return {"first_name": chance.choice(place["first"]), "last_name": chance.choice(place["last"]),
            "company": chance.choice(names.COMPANIES) if index % 9 == 4 else None, "address1": street,
            "address2": "2e étage" if index % 11 == 0 else None, "city": city, "zip": postcode,
            "province": province, "province_code": province_code, "country_code": code,
            "phone": f"{place['phone']}{digits}", "locale": place["locale"]}


def _email(person: Spec, index: int) -> str:
    domain = {"GB": "co.uk", "US": "com"}.get(person["country_code"], person["country_code"].lower())
    return f"{slug(person['first_name'])}.{slug(person['last_name'])}{index}@example.{domain}"


# -- orders ---------------------------------------------------------------------

def _plain_order(chance: random.Random, now: datetime, index: int, count: int, catalogue: list[Record],
                 gift_cards: list[Record], people: list[Spec], lines: int | None) -> Spec:
    created, updated = _recent(chance, now, index, count)
    buyer = people[index % len(people)]
    return {"id": FIRST_NUMBER["orders"] + index + 1, "name": f"#{1001 + index}",
            "lines": [_line(chance, chance.choice(catalogue)) for _ in range(lines or 3)],
            "shipping": [{"title": "Colissimo", "price": "6.90"}], "created_at": created, "updated_at": updated,
            "tax_rate": FULL_VAT if buyer["address"]["country_code"] == "FR" else None, **_buyer(buyer)}


def _order(chance: random.Random, now: datetime, index: int, count: int, catalogue: list[Record],
           gift_cards: list[Record], people: list[Spec], lines: int | None) -> Spec:
    created, updated = _recent(chance, now, index, count)
    if index % 29 == 3:
        created, updated = _old(chance, now)
    spec: Spec = {"id": FIRST_NUMBER["orders"] + index + 1, "name": f"#{1001 + index}", "tax_rate": FULL_VAT,
                  "created_at": created, "updated_at": updated, "fulfilled": chance.random() < 0.4}
    spec |= _who(chance, index, people)
    spec["lines"] = [_line(chance, chance.choice(catalogue)) for _ in range(lines or _how_many(chance, index, count))]
    spec["shipping"] = _shipping(chance, index)
    spec |= _taxes(index, spec)
    spec |= _oddities(chance, index, spec, gift_cards)
    spec |= _payment(index, spec)
    spec |= _afterwards(chance, index, spec)
    return spec


def _how_many(chance: random.Random, index: int, count: int) -> int:
    if count >= 50 and index == 42:
        return LONG_ORDER_LINES
    return chance.choices([1, 2, 3, 4, 7], [45, 25, 15, 10, 5])[0]


def _line(chance: random.Random, variant: Record) -> Spec:
    return {"sku": variant["sku"], "quantity": chance.choices([1, 2, 3], [80, 15, 5])[0],
            "unit_price": variant["price"]}


def _who(chance: random.Random, index: int, people: list[Spec]) -> Spec:
    if index % 6 == 5 or not people:
        person = _person(chance, 100_000 + index)
        locale = person.pop("locale")
        return {"customer": None, "email": _email(person, 100_000 + index), "locale": locale,
                "shipping_address": person}
    return _buyer(chance.choice(people))


def _buyer(customer: Spec) -> Spec:
    address = {k: v for k, v in customer["address"].items() if k != "locale"}
    return {"customer": customer["id"], "email": customer["email"], "phone": customer.get("phone"),
            "locale": customer.get("locale", "fr"), "shipping_address": address}


def _shipping(chance: random.Random, index: int) -> list[Spec]:
    if index % 10 == 9:
        return [{"title": "Livraison offerte", "price": "0.00"}]
    title, price = chance.choice(names.CARRIERS)
    return [{"title": title, "price": price}]


def _taxes(index: int, spec: Spec) -> Spec:
    """Customers abroad pay no VAT on prices without tax; some French companies buy net plus 20 %.

    Guests pay prices with VAT wherever they live: nothing says that they may buy without.
    """
    country = spec["shipping_address"]["country_code"]
    if country != "FR" and spec["customer"]:
        return {"taxes_included": False, "tax_rate": None}
    return {"taxes_included": False} if country == "FR" and index % 14 == 8 else {}


def _oddities(chance: random.Random, index: int, spec: Spec, gift_cards: list[Record]) -> Spec:
    found: Spec = {}
    country = spec["shipping_address"]["country_code"]
    if country in ("GB", "US") or index % 20 == 11:
        currency = {"GB": "GBP"}.get(country, "USD")
        found |= {"presentment_currency": currency, "presentment_rate": RATES[currency]}
    if index % 8 == 1:
        found["discounts"] = [{"target": "lines", "percentage": "10", "code": chance.choice(names.CODES)}]
    elif index % 16 == 4:
        found["discounts"] = [{"target": "line", "line": 0, "amount": "1.50", "code": "MERCI5"}]
    elif index % 16 == 12 and spec["shipping"][0]["price"] != "0.00":
        found["discounts"] = [{"target": "shipping", "amount": "2.00", "code": "PORT2"}]
    net = spec.get("taxes_included") is False and spec["tax_rate"]     # every line of these bears 20 %
    if index % 12 == 6 and not net:
        found["tip"] = str(cents(Decimal(chance.randrange(100, 900)) / 100))
    if index % 22 == 10 and gift_cards and not net:
        card = chance.choice(gift_cards)
        found["lines"] = [*spec["lines"], {"sku": card["sku"], "quantity": 1, "unit_price": card["price"],
                                           "gift_card": True, "taxable": False}]
    if index % 18 == 2:
        found["po_number"] = f"PO-{700 + index}"
    if index % 13 == 5:
        found["note"] = chance.choice(names.NOTES)
    if index % 9 == 0:
        found["tags"] = ["prioritaire"] if index % 2 else ["cadeau", "été"]
    if index % 67 == 21:
        found["test"] = True
    return found


def _payment(index: int, spec: Spec) -> Spec:
    if index % 15 == 7:
        return {"transactions": [{"kind": "AUTHORIZATION", "status": "SUCCESS"},
                                 {"kind": "CAPTURE", "status": "SUCCESS", "parent": 0}]}
    if index % 17 == 9 and Decimal(spec["lines"][0]["unit_price"]) > 8 and "discounts" not in spec:
        rest = _total(spec) - 5
        return {"transactions": [{"kind": "SALE", "gateway": "gift_card", "amount": "5.00"},
                                 {"kind": "SALE", "amount": str(rest)}]}
    return {"payment_pending": True} if index % 33 == 16 else {}


def _total(spec: Spec) -> Decimal:
    record = build_order({**spec, "transactions": []}, {"currencyCode": "EUR", "taxesIncluded": True}, {})
    return Decimal(record["totalPriceSet"]["shopMoney"]["amount"])


def _afterwards(chance: random.Random, index: int, spec: Spec) -> Spec:
    if index % 25 == 14:
        return {"cancelled": True, "fulfilled": False, "cancel_reason": chance.choice(["CUSTOMER", "INVENTORY"])}
    if index % 19 == 18:
        return {"refunds": [{"lines": [{"line": 0, "quantity": 1, "restock": index % 2 == 0}],
                             "note": "Article abîmé"}]}
    return {"closed": True} if spec["fulfilled"] and index % 4 == 2 else {}


# -- times ------------------------------------------------------------------------

def _times(chance: random.Random, now: datetime, days: int) -> tuple[str, str]:
    """Creation and last change within the last `days`, in steps of 20 s so that records share a second."""
    newest = now.astimezone(UTC) - timedelta(minutes=1)
    created = newest - timedelta(seconds=20 * chance.randrange(1, days * 4320))
    updated = created + (newest - created) * chance.random() ** 2
    return iso(created), iso(updated)


def _recent(chance: random.Random, now: datetime, index: int, count: int) -> tuple[str, str]:
    """Orders come in by number over the last eight weeks; pairs of orders share the same second."""
    newest = now.astimezone(UTC) - timedelta(minutes=1)
    step = timedelta(days=56) / max(count, 1)
    created = newest - step * (count - index // 2 * 2)
    updated = min(created + timedelta(minutes=chance.choice([0, 1, 5, 60, 600])), newest)
    return iso(created), iso(updated)


def _old(chance: random.Random, now: datetime) -> tuple[str, str]:
    created = now.astimezone(UTC) - timedelta(days=chance.randrange(61, 200))
    return iso(created), iso(created + timedelta(hours=3))
