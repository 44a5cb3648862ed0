"""From an order specification to the full Order record (vocabulary of specs: see `records`).

order     name, currency*, presentment_currency, presentment_rate ("1.08"), taxes_included*,
          tax_rate or taxes (of lines and shipping; left out: what the shop charges there, see `taxes`),
          tax_exempt (True), duties_included (True), fees [{name, price, taxes}],
          customer (numeric id or null = guest), email, phone,
          shipping_address, billing_address (default: the shipping address), note, tags, po_number, test,
          processed_at, cancelled (True), cancelled_at, cancel_reason, closed (True), closed_at, fulfilled (True),
          edited (True), attributes {key: value},
          company {company, location, contact} (numeric ids), payment_pending (True), tip ("5.00"),
          payment_expired (True), payment_terms {payment_terms_name, due_in_days}, source_name, app (its name),
          risk [levels of the assessments: HIGH | MEDIUM | LOW | NONE | PENDING]
lines     [{sku, quantity, unit_price, title, variant_title, vendor, product, variant (numeric ids),
          discount ("24.00", on this line), tax_rate, tax, taxes, gift_card, tip, taxable, requires_shipping,
          removed (pieces taken off by an edit), duties [{price, taxes}], added (True: put on by an edit or as an
          exchange, so it is not in what was paid at first), attributes {key: value}}]
shipping  [{title, price, discount, code, tax_rate, tax, taxes, removed (True), left ("7.00", what an edit left)}]
taxes     [{title, rate ("0.0625"), amount (left out: reckoned), channel_liable (True)}]
discounts [{target: lines | line | shipping, line: index (of the line or shipping line), amount or percentage,
          code or title}]
unallocated_discount "1.00": part of the order's discount that no line's allocations tell
refunds   [{lines: [{line: index, quantity, restock, restock_type}], shipping: True or an amount, note, created_at,
          pending, amount ("20.00": the money given back, if not what lines and shipping are worth)}]
transactions [{kind, status, amount, gateway, parent: index}]; left out: one paid SALE of the total
fulfillment_orders [{lines: [indices of lines], quantities ([pieces of each]; left out: all), location {id, name},
          status, fulfill_by}], or [[indices of lines]]; left out: one with all goods
* defaults to the shop's. Money is given as strings in shop currency.

Rules: Shopify, Admin API, objects Order, LineItem, Refund, OrderTransaction; amounts from `reckoning`.
Children's numbers are the order's number x 1000 + position, so any child leads back to its order.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from local.shopify.money import ZERO, bag, cents, smallest, text
from local.shopify.reckoning import Discount, Priced, Reckoned, Reckoning, reckon
from local.shopify.records import Record, Spec, build_address, gid
from local.shopify.settlement import settle, shipping_taken
from local.shopify.taxes import taxes_of_line


@dataclass(frozen=True)
class Currencies:
    """Shop and presentment currency of one order, and the rate between them."""

    shop: str
    presentment: str
    rate: Decimal

    def bag(self, shop: Decimal, presentment: Decimal) -> Record:
        return bag(shop, self.shop, presentment, self.presentment)

    def convert(self, amount: Decimal) -> Decimal:
        return amount if self.shop == self.presentment else cents(amount * self.rate, smallest(self.presentment))

    def at_home(self, value: Decimal | str | int) -> Decimal:
        """An amount of a spec, in shop currency."""
        return cents(value, smallest(self.shop))


@dataclass(frozen=True)
class Draft:
    """What the parts of the builder share while one order is being built."""

    spec: Spec
    number: int
    money: Currencies
    shop: Reckoning
    presentment: Reckoning
    discounts: list[Spec]
    lines: list[Spec]
    shipping: list[Spec]
    duties: list[Spec]
    fees: list[Spec]
    refunds: list[Spec]
    removed: list[int]
    taxes_included: bool

    def total(self, name: str) -> Record:
        return self.money.bag(getattr(self.shop, name), getattr(self.presentment, name))


def build_order(spec: Spec, shop: Mapping[str, Any], catalogue: Mapping[str, Record]) -> Record:
    """The Order record. `shop` gives currencyCode and taxesIncluded, `catalogue` variants by SKU."""
    draft = _draft(spec, shop)
    lines = [_line(draft, index, catalogue) for index in range(len(draft.lines))]
    return {**_head(draft), **_amounts(draft), **_people(draft), **_goods(draft, lines), **settle(draft),
            **spec.get("fields", {})}


def _draft(spec: Spec, shop: Mapping[str, Any]) -> Draft:
    currency = spec.get("currency") or shop["currencyCode"]
    money = Currencies(currency, spec.get("presentment_currency") or currency,
                       Decimal(spec.get("presentment_rate", "1")))
    included = spec.get("taxes_included", shop["taxesIncluded"])
    lines = [dict(line) for line in spec.get("lines", [])]
    if spec.get("tip"):
        lines.append({"title": "Tip", "quantity": 1, "unit_price": spec["tip"], "tip": True})
    lines = [{**line, "taxes": taxes_of_line(line, spec, shop)} for line in lines]
    shipping = [{**charge, "taxes": taxes_of_line(charge, spec, shop)} for charge in spec.get("shipping", [])]
    duties = [{"unit_price": duty["price"], **duty, "line": index, "taxes": taxes_of_line(
        {"taxes": [], **duty}, spec, shop)} for index, line in enumerate(lines) for duty in line.get("duties", [])]
    fees = [{"unit_price": fee["price"], **fee, "taxes": taxes_of_line({"taxes": [], **fee}, spec, shop)}
            for fee in spec.get("fees", [])]
    refunds = list(spec.get("refunds", []))
    if (spec.get("cancelled") or spec.get("cancelled_at")) and "refunds" not in spec:
        refunds = [{"lines": [{"line": i, "quantity": line.get("quantity", 1), "restock": True}
                              for i, line in enumerate(lines)], "shipping": True}]
    discounts = _discounts(spec, lines, shipping)
    removed = _removed(lines, refunds)

    def reckoned(convert: Any, currency: str) -> Reckoning:
        return reckon(
            [_priced(line, convert, removed[i]) for i, line in enumerate(lines)],
            [_priced_charge(s, i, refunds, convert) for i, s in enumerate(shipping)],
            [Discount(d["target"], None if d.get("amount") is None else convert(d["amount"]),
                      None if d.get("percentage") is None else Decimal(str(d["percentage"])),
                      d.get("line", 0 if d["target"] == "line" else None)) for d in discounts],
            taxes_included=included, unit=smallest(currency),
            unallocated=convert(spec.get("unallocated_discount", "0")),
            # Duties that are included in the prices are no money of their own.
            duties=[] if spec.get("duties_included") else [_priced(duty, convert, 0) for duty in duties],
            fees=[_priced(fee, convert, 0) for fee in fees])

    at_home = reckoned(money.at_home, money.shop)
    abroad = at_home if money.shop == money.presentment else reckoned(
        lambda a: money.convert(money.at_home(a)), money.presentment)
    return Draft(spec, spec["id"], money, at_home, abroad, discounts, lines, shipping, duties, fees, refunds, removed,
                 included)


def _discounts(spec: Spec, lines: list[Spec], shipping: list[Spec]) -> list[Spec]:
    """Order-wide discounts first, then those written on a line or on the shipping."""
    found = [dict(d) for d in spec.get("discounts", [])]
    found += [{"target": "line", "line": i, "amount": line["discount"], "title": "Line discount"}
              for i, line in enumerate(lines) if line.get("discount")]
    return found + [{"target": "shipping", "line": i, "amount": charge["discount"], "title": "Shipping discount"}
                    for i, charge in enumerate(shipping) if charge.get("discount")]


def _removed(lines: list[Spec], refunds: list[Spec]) -> list[int]:
    removed = [line.get("removed", 0) for line in lines]
    for refund in refunds:
        for entry in refund.get("lines", []):
            removed[entry["line"]] += entry["quantity"]
    return removed


def _priced(line: Spec, convert: Any, removed: int) -> Priced:
    return Priced(
        unit_price=convert(line["unit_price"]), quantity=line.get("quantity", 1),
        taxes=tuple((tax["rate"], None if tax["amount"] is None else convert(tax["amount"])) for tax in line["taxes"]),
        removed=min(removed, line.get("quantity", 1)), tip=bool(line.get("tip")),
        discountable=not (line.get("tip") or line.get("gift_card")))


def _priced_charge(charge: Spec, index: int, refunds: list[Spec], convert: Any) -> Priced:
    priced = _priced({"unit_price": charge.get("price", "0"), **charge}, convert, 0)
    left = "0" if charge.get("removed") else charge.get("left")
    return replace(priced, left=None if left is None else convert(left),
                   taken=shipping_taken(refunds, index, convert))


def _head(draft: Draft) -> Record:
    spec, number = draft.spec, draft.number
    created = spec["created_at"]
    cancelled = spec.get("cancelled_at") or (spec["updated_at"] if spec.get("cancelled") else None)
    closed = spec.get("closed_at") or (spec["updated_at"] if spec.get("closed") else None)
    name = spec.get("name") or f"#{number % 100000}"
    codes = [d["code"] for d in draft.discounts if d.get("code")]
    return {
        "__typename": "Order", "id": gid("Order", number), "legacyResourceId": str(number),
        "name": name, "number": int("".join(c for c in name if c.isdigit()) or 0) % 2_000_000_000,
        "confirmationNumber": f"C{number % 10**8:08d}", "poNumber": spec.get("po_number"),
        "createdAt": created, "processedAt": spec.get("processed_at") or created,
        "updatedAt": spec["updated_at"], "cancelledAt": cancelled,
        "cancelReason": spec.get("cancel_reason", "CUSTOMER") if cancelled else None,
        "closedAt": closed, "closed": closed is not None, "edited": bool(spec.get("edited", False)),
        "test": spec.get("test", False), "confirmed": True, "sourceName": spec.get("source_name", "web"),
        "customerLocale": spec.get("locale", "fr"), "tags": spec.get("tags", []), "note": spec.get("note"),
        "currencyCode": draft.money.shop, "presentmentCurrencyCode": draft.money.presentment,
        "taxesIncluded": draft.taxes_included, "taxExempt": bool(spec.get("tax_exempt")),
        "dutiesIncluded": bool(spec.get("duties_included")),
        "estimatedTaxes": False, "discountCodes": codes, "discountCode": codes[0] if codes else None,
        "customAttributes": _attributes(spec),
        "paymentTerms": _payment_terms(spec), "app": {"__typename": "App", "name": spec.get("app", "Online Store")},
        "risk": _risk(spec.get("risk", ())), "retailLocation": None, "returnStatus": "NO_RETURN",
    }


def _payment_terms(spec: Spec) -> Record | None:
    terms = spec.get("payment_terms")
    return terms and {"__typename": "PaymentTerms", "id": gid("PaymentTerms", spec["id"]), "paymentTermsType": "NET",
                      "paymentTermsName": terms["payment_terms_name"], "dueInDays": terms.get("due_in_days")}


def _risk(levels: Iterable[str]) -> Record:
    """Shopify recommends by the worst assessment; without any there is no recommendation (OrderRiskSummary)."""
    by_level = {"HIGH": "CANCEL", "MEDIUM": "INVESTIGATE", "LOW": "ACCEPT"}
    advice = next((by_level[level] for level in by_level if level in levels), "NONE")
    return {"__typename": "OrderRiskSummary", "recommendation": advice,
            "assessments": [{"__typename": "OrderRiskAssessment", "riskLevel": level, "facts": [], "provider": None}
                            for level in levels]}


def _amounts(draft: Draft) -> Record:
    total = draft.total
    nothing = draft.money.bag(ZERO, ZERO)
    return {
        "subtotalPriceSet": total("subtotal"), "totalPriceSet": total("total"), "totalTaxSet": total("tax"),
        "originalTotalPriceSet": total("total"), "totalDiscountsSet": total("discounts"),
        "totalShippingPriceSet": total("shipping_total"), "totalTipReceivedSet": total("tip"),
        "currentSubtotalPriceSet": total("current_subtotal"), "currentTotalPriceSet": total("current_total"),
        "currentTotalTaxSet": total("current_tax"), "currentShippingPriceSet": total("current_shipping"),
        "currentTotalDiscountsSet": total("current_discounts"), "currentCartDiscountAmountSet": nothing,
        "totalCashRoundingAdjustment": {"paymentSet": nothing, "refundSet": nothing},
        "taxLines": _order_taxes(draft, "taxes"), "currentTaxLines": _order_taxes(draft, "current_taxes"),
        **_duties_and_fees(draft),
    }


def _duties_and_fees(draft: Draft) -> Record:
    """What an order bears beside goods and shipping; null where there is nothing of it."""
    found: Record = {"additionalFees": [
        {"__typename": "AdditionalFee", "id": gid("AdditionalFee", draft.number * 1000 + index),
         "name": fee.get("name", "Fee"), "price": _net_bag(draft, "fees", index),
         "taxLines": _tax_lines(draft, fee, draft.shop.fees[index], draft.presentment.fees[index])}
        for index, fee in enumerate(draft.fees)]}
    for name, part in (("Duties", "duties"), ("AdditionalFees", "fees")):
        sides = [getattr(side, part) for side in (draft.shop, draft.presentment)]
        bags = draft.money.bag(*(sum((r.net for r in side), ZERO) for side in sides)) if sides[0] else None
        found |= {f"currentTotal{name}Set": bags, f"originalTotal{name}Set": bags}
    return found


def _net_bag(draft: Draft, part: str, index: int) -> Record:
    return draft.money.bag(*(getattr(side, part)[index].net for side in (draft.shop, draft.presentment)))


def _duties(draft: Draft, line: int) -> list[Record]:
    if draft.spec.get("duties_included"):
        return []
    return [{"__typename": "Duty", "id": gid("Duty", draft.number * 1000 + index),
             "harmonizedSystemCode": duty.get("hs_code"), "countryCodeOfOrigin": duty.get("origin"),
             "price": _net_bag(draft, "duties", index),
             "taxLines": _tax_lines(draft, duty, draft.shop.duties[index], draft.presentment.duties[index])}
            for index, duty in enumerate(draft.duties) if duty["line"] == line]


def _people(draft: Draft) -> Record:
    spec, number = draft.spec, draft.number
    shipping = build_address(spec.get("shipping_address"), number * 10 + 1)
    billing = build_address(spec.get("billing_address", spec.get("shipping_address")), number * 10 + 2)
    customer = None if spec.get("customer") is None else gid("Customer", spec["customer"])
    entity: Any = customer
    if spec.get("company"):
        ids = spec["company"]
        entity = {"__typename": "PurchasingCompany", "company": gid("Company", ids["company"]),
                  "location": gid("CompanyLocation", ids.get("location", ids["company"] * 100)),
                  "contact": gid("CompanyContact", ids.get("contact", ids["company"] * 100))}
    return {"customer": customer, "purchasingEntity": entity, "email": spec.get("email"),
            "phone": spec.get("phone"), "shippingAddress": shipping, "billingAddress": billing,
            "displayAddress": shipping or billing,
            "billingAddressMatchesShippingAddress": "billing_address" not in spec}


def _goods(draft: Draft, lines: list[Record]) -> Record:
    return {
        "lineItems": lines,
        "shippingLines": [_shipping_line(draft, i) for i in range(len(draft.shipping))],
        "shippingLine": _shipping_line(draft, 0) if draft.shipping else None,
        "discountApplications": [_application(draft, i) for i in range(len(draft.discounts))],
        "subtotalLineItemsQuantity": sum(line["quantity"] for line in lines),
        "currentSubtotalLineItemsQuantity": sum(line["currentQuantity"] for line in lines),
        "requiresShipping": any(line["requiresShipping"] for line in lines),
    }


def _line(draft: Draft, index: int, catalogue: Mapping[str, Record]) -> Record:
    spec, home, abroad = draft.lines[index], draft.shop.lines[index], draft.presentment.lines[index]
    variant = catalogue.get(spec.get("sku") or "") or {}
    quantity = spec.get("quantity", 1)
    removed = min(draft.removed[index], quantity)
    product, variant_id = variant.get("product"), variant.get("id")
    title = spec.get("title") or ("Tip" if spec.get("tip") else variant.get("productTitle") or "Article")
    variant_title = spec.get("variant_title", variant.get("title"))
    variant_title = None if variant_title == "Default Title" else variant_title
    left, bags = quantity - removed, draft.money.bag
    shipped = left if draft.spec.get("fulfilled") else 0
    unit = draft.money.at_home(spec["unit_price"])
    physical = not (spec.get("tip") or spec.get("gift_card"))
    per_piece = [cents(r.net / quantity, smallest(currency)) if quantity else ZERO
                 for r, currency in ((home, draft.money.shop), (abroad, draft.money.presentment))]
    discount = [sum(r.allocations.values(), ZERO) for r in (home, abroad)]
    return {
        "__typename": "LineItem", "id": gid("LineItem", draft.number * 1000 + index),
        "name": f"{title} - {variant_title}" if variant_title else title, "title": title,
        "variantTitle": variant_title, "sku": spec.get("sku"),
        "vendor": spec.get("vendor", variant.get("vendor")),
        "quantity": quantity, "currentQuantity": left, "unfulfilledQuantity": left - shipped,
        "refundableQuantity": left, "nonFulfillableQuantity": 0 if physical else left,
        "requiresShipping": spec.get("requires_shipping", physical), "restockable": physical,
        "taxable": spec.get("taxable", physical), "isGiftCard": bool(spec.get("gift_card")),
        "originalUnitPriceSet": bags(unit, draft.money.convert(unit)),
        "discountedUnitPriceSet": bags(*per_piece),
        "discountedUnitPriceAfterAllDiscountsSet": bags(*per_piece),
        "originalTotalSet": bags(home.gross, abroad.gross), "discountedTotalSet": bags(home.net, abroad.net),
        "totalDiscountSet": bags(*discount),
        "taxLines": _tax_lines(draft, spec, home, abroad), "discountAllocations": _allocations(draft, home, abroad),
        "duties": _duties(draft, index), "customAttributes": _attributes(spec), "lineItemGroup": None,
        "product": gid("Product", spec["product"]) if spec.get("product") else product,
        "variant": gid("ProductVariant", spec["variant"]) if spec.get("variant") else variant_id,
    }


def _shipping_line(draft: Draft, index: int) -> Record:
    spec, home, abroad = draft.shipping[index], draft.shop.shipping[index], draft.presentment.shipping[index]
    bags, title = draft.money.bag, spec.get("title", "Standard")
    return {
        "__typename": "ShippingLine", "id": gid("ShippingLine", draft.number * 1000 + index), "title": title,
        "code": spec.get("code", title), "source": "shopify", "carrierIdentifier": None,
        "deliveryCategory": "shipping", "custom": False, "isRemoved": bool(spec.get("removed")),
        "originalPriceSet": bags(home.gross, abroad.gross), "discountedPriceSet": bags(home.net, abroad.net),
        "currentDiscountedPriceSet": bags(home.current_net, abroad.current_net),
        "taxLines": _tax_lines(draft, spec, home, abroad), "discountAllocations": _allocations(draft, home, abroad),
    }


def _attributes(spec: Spec) -> list[Record]:
    return [{"key": key, "value": value} for key, value in spec.get("attributes", {}).items()]


def _tax_lines(draft: Draft, spec: Spec, home: Reckoned, abroad: Reckoned) -> list[Record]:
    """Left out on what costs nothing, where no amount was given."""
    return [_tax_line(tax["title"], tax["rate"], tax["channel_liable"], draft.money.bag(*amounts))
            for tax, *amounts in zip(spec["taxes"], home.taxes, abroad.taxes, strict=True)
            if any(amounts) or (tax["rate"] and (home.net or abroad.net))]


def _order_taxes(draft: Draft, name: str) -> list[Record]:
    """One tax line for each title and rate, summed over lines and shipping."""
    sums: dict[tuple[str, Decimal, bool], list[Decimal]] = {}
    specs = [*draft.lines, *draft.shipping]
    for side, reckoned in enumerate((draft.shop, draft.presentment)):
        for spec, item in zip(specs, [*reckoned.lines, *reckoned.shipping], strict=True):
            for tax, amount in zip(spec["taxes"], getattr(item, name), strict=True):
                if amount:
                    key = (tax["title"], tax["rate"], tax["channel_liable"])
                    sums.setdefault(key, [ZERO, ZERO])[side] += amount
    return [_tax_line(*key, draft.money.bag(*amounts)) for key, amounts in sums.items()]


def _tax_line(title: str, rate: Decimal, channel_liable: bool, price: Record) -> Record:
    return {"title": title, "rate": float(rate), "ratePercentage": float(rate * 100), "channelLiable": channel_liable,
            "source": "Shopify", "priceSet": price}


def _allocations(draft: Draft, home: Reckoned, abroad: Reckoned) -> list[Record]:
    indexes = [i for i in range(len(draft.discounts)) if i in home.allocations or i in abroad.allocations]
    return [{"allocatedAmountSet": draft.money.bag(home.allocations.get(i, ZERO), abroad.allocations.get(i, ZERO)),
             "discountApplication": _application(draft, i)} for i in indexes]


def _application(draft: Draft, index: int) -> Record:
    spec = draft.discounts[index]
    value: Record
    if spec.get("percentage") is not None:
        value = {"__typename": "PricingPercentageValue", "percentage": float(spec["percentage"])}
    else:
        amount = draft.money.convert(draft.money.at_home(spec["amount"]))
        value = {"__typename": "MoneyV2", "amount": text(amount), "currencyCode": draft.money.presentment}
    if spec.get("code"):
        name = {"__typename": "DiscountCodeApplication", "code": spec["code"]}
    else:
        title = spec.get("title", "Discount")
        name = {"__typename": "ManualDiscountApplication", "title": title, "description": title}
    return {
        **name, "index": index, "value": value,
        "allocationMethod": "EACH" if spec["target"] == "shipping" else "ACROSS",
        "targetSelection": "EXPLICIT" if spec["target"] == "line" else "ALL",
        "targetType": "SHIPPING_LINE" if spec["target"] == "shipping" else "LINE_ITEM",
    }
