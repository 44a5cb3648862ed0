"""What of an order its document was made by, in Shopify's own words: who buys, what, at what price and tax.

Kept with the order's link and compared with the order as it is later, so that a change can be told with both sides.
Only Shopify's identities are in it (variant, SKU, title of a shipping line, ids of customer, company and location):
which item, account or customer of Business Central they become is the shop card's business, and changing the card is
no change of the order. It holds no names or addresses of people, but for the country that the goods go to: that decides
the tax, and by the card the customer too (docs/decisions/0029).
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import Any

import msgspec

from shared.json_text import decoded
from shared.mapping.buyers import country_of, province_of
from shared.mapping.money import Amounts
from shared.mapping.text import tidy
from shared.shopify.records import LineItem, Order, ShippingLine, TaxLine, id_of
from shared.shops.card import ShopCard
from shared.texts import Sentence, sentence, together
from shared.to_business_central.orders.billing import Billed, bill_of

_NAME = 60
_LONGEST = 30_000
"""Characters of one text in Azure's tables: a property holds 64 KiB of UTF-16."""
_HASHED = "sha256:"
_NONE = sentence("none")
_QUANTITY = sentence("quantity {before} → {after}").text
_PRICE = sentence("price {before} → {after}").text
_DISCOUNT = sentence("discount {before} → {after}").text


class Sold(msgspec.Struct, frozen=True, array_like=True):
    """One line or shipping line. `id` of the line; `variant` "" where it has none; `tax` by rate: "0.2:40.00".

    unit  what the variant was called when the order was made: a unit of measure may stand there ("BOX")
    """

    id: str
    variant: str
    sku: str
    name: str
    quantity: int
    price: str
    discount: str
    tax: str
    unit: str = ""

    @property
    def title(self) -> str:
        """As a person finds it again: name and SKU."""
        return f'"{self.name}" ({self.sku})' if self.sku else f'"{self.name}"'


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order's content. Amounts are texts in `currency`, the side of the money (`presentment`) it was billed in.

    country  Shopify's code of where the goods go to; "" where it does not say
    county   Shopify's code of the state or province there; "" where it does not say, or nobody kept it

    A field that is added later needs a default, and must not be compared where a stored content has that default.
    """

    currency: str
    presentment: bool
    taxes_included: bool
    total: str
    customer: str = ""
    company: str = ""
    lines: list[Sold] = []
    charges: list[Sold] = []
    rounding: str = "0"
    given_back: str = "0"
    country: str = ""
    county: str = ""


def content_of(order: Order, amounts: Amounts) -> Content:
    """The order as it would be billed now."""
    bill = bill_of(order, amounts)
    return Content(
        currency=amounts.currency, presentment=amounts.presentment, taxes_included=order.taxes_included,
        total=_plain(bill.total), customer=str(id_of(order.customer.id)) if order.customer else "",
        company=_company(order),
        lines=[_goods(line, billed, amounts) for line, billed in bill.goods],
        charges=[_charge(charge, index, billed, amounts) for index, (charge, billed) in enumerate(bill.charges)],
        rounding=_plain(bill.rounding), given_back=_plain(bill.given_back), country=country_of(order),
        county=province_of(order),
    )


def written(content: Content) -> str:
    """The content as it is kept: JSON, or its SHA-256, without the county, where that is too long for a table."""
    text = msgspec.json.encode(content).decode()
    return text if len(text) <= _LONGEST else _hashed(msgspec.structs.replace(content, county=""))


def _as_kept_before(content: Content) -> Iterator[str]:
    """A content that is too long, as versions kept it that did not tell the country, and no units either."""
    plain = msgspec.to_builtins(content)
    plain.pop("county", None)
    plain.pop("country", None)
    yield _hashed(plain)
    for sold in (*plain.get("lines", ()), *plain.get("charges", ())):
        sold.pop()
    yield _hashed(plain)


def _hashed(content: Any) -> str:
    return _HASHED + hashlib.sha256(msgspec.json.encode(content)).hexdigest()


def side_of(kept: str) -> bool | None:
    """Whether `kept` was billed in the buyer's currency; None where it does not say."""
    return None if not kept or kept.startswith(_HASHED) else decoded(kept, type=Content).presentment


def differences(kept: str, now: Content, card: ShopCard) -> list[Sentence]:
    """What changed since `kept` was written, "before → now"; none if it is still the same sale.

    Another state or province of one country is another sale only where the card has a row of its own for one of them.
    """
    if kept.startswith(_HASHED):
        same = kept in (written(now), *_as_kept_before(now))
        return [] if same else [sentence("lines, prices or buyer (the order is too long to say which)")]
    before = decoded(kept, type=Content)
    named = [*_buyer(before, now), *_county(before, now, card), *_lines(before.lines, now.lines),
             *(sentence("shipping {change}", change=one) for one in _lines(before.charges, now.charges)),
             *_figures(before, now)]
    if before.total != now.total:
        named.append(sentence("total {before} → {after} {currency}", before=Decimal(before.total),
                              after=Decimal(now.total), currency=now.currency))
    return named


def _buyer(before: Content, now: Content) -> Iterator[Sentence]:
    # A customer or company that Shopify no longer names was deleted or erased: nobody else bought.
    if now.customer and before.customer != now.customer:
        yield sentence("customer {before} → {after}", before=before.customer or _NONE, after=now.customer)
    if now.company and before.company != now.company:
        yield sentence("company {before} → {after}", before=before.company or _NONE, after=now.company)
    if before.country and now.country and before.country != now.country:
        yield sentence("country of delivery {before} → {after}", before=before.country, after=now.country)


def _county(before: Content, now: Content, card: ShopCard) -> Iterator[Sentence]:
    rows = {card.setup_of(now.country, county).key for county in (before.county, now.county)}
    if before.county and now.county and before.country == now.country and len(rows) > 1:
        yield sentence("state of delivery {before} → {after}", before=before.county, after=now.county)


def _figures(before: Content, now: Content) -> Iterator[Sentence]:
    if before.currency != now.currency:
        yield sentence("currency {before} → {after}", before=before.currency, after=now.currency)
    if before.taxes_included != now.taxes_included:
        yield sentence("prices include tax {before} → {after}", before=_yes(before.taxes_included),
                       after=_yes(now.taxes_included))
    if before.rounding != now.rounding:
        yield sentence("cash rounding {before} → {after}", before=Decimal(before.rounding),
                       after=Decimal(now.rounding))
    if before.given_back != now.given_back:
        yield sentence("given back without goods {before} → {after}", before=Decimal(before.given_back),
                       after=Decimal(now.given_back))


def _lines(before: Sequence[Sold], now: Sequence[Sold]) -> Iterator[Sentence]:
    """Lines that are in both by their ids; the others were taken off and put on, told in pairs."""
    after = {line.id: line for line in now}
    known = {line.id for line in before}
    for line in before:
        if line.id in after:
            yield from _line(line, after[line.id])
    gone = [line for line in before if line.id not in after]
    new = [line for line in now if line.id not in known]
    for old, other in zip_longest(gone, new):
        yield sentence("{before} → {after}", before=_told(old), after=_told(other))


def _line(before: Sold, now: Sold) -> Iterator[Sentence]:
    if not _same_goods(before, now):
        yield sentence("{before} → {after}", before=before.title, after=now.title)
    changed = [sentence(text, before=Decimal(old), after=Decimal(new)) for text, old, new in (
        (_QUANTITY, before.quantity, now.quantity), (_PRICE, before.price, now.price),
        (_DISCOUNT, before.discount, now.discount),
    ) if old != new]
    if not changed and before.tax != now.tax:
        changed = [sentence("tax {before} → {after}", before=_taxes(before.tax), after=_taxes(now.tax))]
    if changed:
        yield sentence("{line} {changes}", line=before.title, changes=together(changed, ", "))


def _same_goods(before: Sold, now: Sold) -> bool:
    """Shopify names no variant any more once it is deleted: then the SKU speaks, and without one the name.

    A box is not a piece, though both have the item's SKU.
    """
    if before.unit and now.unit and before.unit != now.unit:
        return False
    if before.variant and now.variant:
        return before.variant == now.variant and before.sku == now.sku
    return before.sku == now.sku if before.sku or now.sku else before.name == now.name


def _told(line: Sold | None) -> Sentence:
    if line is None:
        return sentence("nothing")
    return sentence("{pieces} × {line} at {price}", pieces=line.quantity, line=line.title, price=Decimal(line.price))


def _taxes(tax: str) -> Sentence:
    """0.2:40.00 as 20 %: 40.00."""
    told = [sentence("{percent} %: {amount}", percent=(100 * Decimal(rate)).normalize(), amount=Decimal(amount))
            for rate, _, amount in (one.partition(":") for one in tax.split())]
    return together(told, ", ") if told else _NONE


def _goods(line: LineItem, billed: Billed, amounts: Amounts) -> Sold:
    variant = str(id_of(line.variant.id)) if line.variant else ""
    sold = _sold(line.id, (variant, line.sku or "", line.name), billed, line.tax_lines, amounts)
    return msgspec.structs.replace(sold, unit=tidy(line.variant_title)[:_NAME])


def _charge(charge: ShippingLine, index: int, billed: Billed, amounts: Amounts) -> Sold:
    return _sold(charge.id or f"charge {index}", ("", "", charge.title), billed, charge.tax_lines, amounts)


def _sold(id: str, what: tuple[str, str, str], billed: Billed, taxes: Sequence[TaxLine], amounts: Amounts) -> Sold:
    variant, sku, name = what
    return Sold(
        id=id.rsplit("/", 1)[-1], variant=variant, sku=sku, name=name[:_NAME], quantity=billed.quantity,
        price=_plain(billed.unit_price), discount=_plain(billed.discount), tax=_tax(taxes, amounts),
    )


def _tax(taxes: Sequence[TaxLine], amounts: Amounts) -> str:
    """Rate and amount of each tax that is charged, whatever its name is."""
    charged = sorted((one.rate or Decimal(0), amounts.of(one.price_set)) for one in taxes)
    return " ".join(f"{_plain(rate)}:{_plain(amount)}" for rate, amount in charged if amount)


def _company(order: Order) -> str:
    entity = order.purchasing_entity
    if entity is None or entity.company is None:
        return ""
    place = f"/{id_of(entity.location.id)}" if entity.location else ""
    return f"{id_of(entity.company.id)}{place}"


def _yes(value: bool) -> Sentence:
    return sentence("yes" if value else "no")


def _plain(amount: Decimal) -> str:
    """One text for one amount, however Shopify wrote it."""
    return f"{amount.normalize() if amount else Decimal(0):f}"
