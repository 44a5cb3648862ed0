"""How an order was paid, refunded and shipped: transactions, refunds, fulfillments.

Rules: Shopify, Admin API, objects OrderTransaction, Refund, Fulfillment, FulfillmentOrder. Only SUCCESS
counts, and never an authorization together with its capture. A refund of another amount than its lines are worth leaves
an order adjustment, positive in the merchant's favour (Order.refundDiscrepancySet), which the current total ("after
returns") does not know. What is refunded in presentment currency
follows the same lines as in shop currency. Border: reads an order's draft (see `orders`), returns fields.
"""
from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from local.shopify.money import ZERO, cents, smallest
from local.shopify.reckoning import Reckoned, taxed
from local.shopify.records import Record, Spec, gid

if TYPE_CHECKING:
    from local.shopify.orders import Draft

Pair = tuple[Decimal, Decimal]
LOCATION = gid("Location", 1)
RECEIVED = {"SALE", "CAPTURE"}


def settle(draft: Draft) -> Record:
    """Payment, refund and shipping fields of an order."""
    payments = _payments(draft)
    received = _received(payments)
    refunds = [_refund(draft, i) for i in range(len(draft.refunds))]
    repaid = _repayments(draft, payments, refunds) if received[0] else {}
    refunded = _sum([r["money"] for i, r in enumerate(refunds) if i in repaid and not draft.refunds[i].get("pending")])
    transactions = [*(p["record"] for p in payments), *repaid.values()]
    return {
        **_payment_fields(draft, payments, received, refunded, _discrepancy(draft, refunds, repaid)),
        "transactions": transactions, "transactionsCount": _count(transactions),
        "refunds": [_refund_record(draft, i, r, repaid.get(i)) for i, r in enumerate(refunds)],
        **_shipping_fields(draft),
    }


def _repayments(draft: Draft, payments: list[Record], refunds: list[Record]) -> dict[int, Record]:
    """One REFUND transaction for each refund that moves money, by the refund's index."""
    found: dict[int, Record] = {}
    parent = payments[-1]["record"]
    for index, refund in enumerate(refunds):
        if refund["money"] == (ZERO, ZERO):
            continue
        status = "PENDING" if draft.refunds[index].get("pending") else "SUCCESS"
        record = _transaction(draft, len(payments) + len(found), "REFUND", status, refund["money"], parent["gateway"])
        when = _refunded_at(draft, index)
        found[index] = {**record, "createdAt": when, "processedAt": when, "parentTransaction": parent}
    return found


def _discrepancy(draft: Draft, refunds: list[Record], repaid: dict[int, Record]) -> Pair:
    """By how much refunds gave back less (or, negative, more) than their goods and shipping were worth."""
    return _sum([_adjustment(r) for i, r in enumerate(refunds) if i in repaid and not draft.refunds[i].get("pending")])


def _adjustment(refund: Record) -> Pair:
    worth, money = refund["worth"], refund["money"]
    return (worth[0] - money[0], worth[1] - money[1]) if any(money) else (ZERO, ZERO)


def _refunded_at(draft: Draft, index: int) -> str:
    at: str = draft.refunds[index].get("created_at") or draft.spec["updated_at"]
    return at


def _count(items: list[Record]) -> Record:
    return {"count": len(items), "precision": "EXACT"}


def _sum(pairs: list[Pair]) -> Pair:
    return sum((p[0] for p in pairs), ZERO), sum((p[1] for p in pairs), ZERO)


def _payments(draft: Draft) -> list[Record]:
    total = _first_total(draft)
    wanted = draft.spec.get("transactions")
    if wanted is None:
        status = "PENDING" if draft.spec.get("payment_pending") else "SUCCESS"
        wanted = [{"kind": "SALE", "status": status}] if total[0] else []
    found: list[Record] = []
    for index, spec in enumerate(wanted):
        money = total
        if spec.get("amount") is not None:
            amount = draft.money.at_home(spec["amount"])
            # The last part of a split payment takes what is left, so both currencies close at zero.
            paid = _received(found)
            rest = (total[0] - paid[0], total[1] - paid[1])
            money = rest if amount == rest[0] else (amount, draft.money.convert(amount))
        record = _transaction(draft, index, spec.get("kind", "SALE"), spec.get("status", "SUCCESS"), money,
                              spec.get("gateway", "shopify_payments"))
        if spec.get("parent") is not None:
            record["parentTransaction"] = found[spec["parent"]]["record"]
        found.append({"record": record, "money": money})
    return found


def _first_total(draft: Draft) -> Pair:
    """What the order came to before anything was put on by an edit or as an exchange."""
    added = [index for index, line in enumerate(draft.lines) if line.get("added")]
    totals = []
    for side in (draft.shop, draft.presentment):
        later = [side.lines[index] for index in added]
        tax = ZERO if draft.taxes_included else sum((line.tax for line in later), ZERO)
        totals.append(side.total - sum((line.net for line in later), ZERO) - tax)
    return totals[0], totals[1]


def _received(payments: list[Record]) -> Pair:
    return _sum([p["money"] for p in payments
                 if p["record"]["status"] == "SUCCESS" and p["record"]["kind"] in RECEIVED])


def _transaction(draft: Draft, index: int, kind: str, status: str, money: Pair, gateway: str) -> Record:
    when = draft.spec.get("processed_at") or draft.spec["created_at"]
    number = draft.number * 1000 + index
    return {
        "__typename": "OrderTransaction", "id": gid("OrderTransaction", number), "kind": kind, "status": status,
        "test": draft.spec.get("test", False), "gateway": gateway,
        "formattedGateway": gateway.replace("_", " ").title(), "manualPaymentGateway": gateway == "manual",
        "errorCode": None, "createdAt": when, "processedAt": when, "paymentId": f"p{number}",
        "settlementCurrency": draft.money.shop if status == "SUCCESS" else None,
        "settlementCurrencyRate": "1.0" if status == "SUCCESS" else None,
        "amountSet": draft.money.bag(*money), "amountRoundingSet": None, "parentTransaction": None, "fees": [],
        "order": gid("Order", draft.number),
    }


def _payment_fields(draft: Draft, payments: list[Record], received: Pair, refunded: Pair,
                    discrepancy: Pair) -> Record:
    due = (draft.shop.current_total, draft.presentment.current_total)
    net = (received[0] - refunded[0], received[1] - refunded[1])
    outstanding = (due[0] - net[0] + discrepancy[0], due[1] - net[1] + discrepancy[1])
    bags = draft.money.bag
    return {
        "displayFinancialStatus": "EXPIRED" if draft.spec.get("payment_expired") and not received[0] else
                                  _financial_status(payments, received[0], refunded[0], outstanding[0]),
        "fullyPaid": outstanding[0] <= 0, "unpaid": not received[0] and draft.shop.total > 0,
        "paymentGatewayNames": list(dict.fromkeys(p["record"]["gateway"] for p in payments)),
        "totalReceivedSet": bags(*received), "totalRefundedSet": bags(*refunded),
        "totalOutstandingSet": bags(*outstanding), "netPaymentSet": bags(*net),
        "refundDiscrepancySet": bags(*discrepancy), "totalCapturableSet": bags(ZERO, ZERO),
        "totalRefundedShippingSet": bags(ZERO, ZERO), "refundable": net[0] > 0,
    }


def _financial_status(payments: list[Record], received: Decimal, refunded: Decimal, due: Decimal) -> str:
    kinds = {p["record"]["kind"] for p in payments}
    if received and refunded:
        return "REFUNDED" if refunded >= received else "PARTIALLY_REFUNDED"
    if received:
        return "PAID" if due <= 0 else "PARTIALLY_PAID"
    if "VOID" in kinds:
        return "VOIDED"
    if "AUTHORIZATION" in kinds:
        return "AUTHORIZED"
    return "PENDING" if payments or due > 0 else "PAID"


def _refund(draft: Draft, index: int) -> Record:
    """What one refund takes off each line, in both currencies.

    The last refund that empties a line takes what is left of it, so cents never go missing.
    """
    rows = []
    for entry in draft.refunds[index].get("lines", []):
        sides = [_line_share(draft, side, index, entry) for side in ("shop", "presentment")]
        rows.append({"entry": entry, "net": (sides[0][0], sides[1][0]), "tax": (sides[0][1], sides[1][1])})
    ships = [ship for position in range(len(draft.shipping)) if (ship := _ship(draft, index, position))]
    worth = _sum([r["net"] for r in (*rows, *ships)])
    if not draft.taxes_included:
        worth = _sum([worth, *[r["tax"] for r in (*rows, *ships)]])
    amount = draft.refunds[index].get("amount")
    given = draft.money.at_home(amount or "0")
    money = worth if amount is None else (given, draft.money.convert(given))
    return {"rows": rows, "ships": ships, "worth": worth, "money": money}


def shipping_taken(refunds: list[Spec], index: int, convert: Any) -> Decimal:
    """What refunds took off one shipping line: amounts come off the first one, True takes all of each."""
    if any(refund.get("shipping") is True for refund in refunds):
        return Decimal("Infinity")
    amounts = [refund["shipping"] for refund in refunds if refund.get("shipping")] if index == 0 else []
    return sum((convert(amount) for amount in amounts), ZERO)


def _ship(draft: Draft, index: int, position: int) -> Record | None:
    """What one refund takes off one shipping line, None for nothing."""
    money, spec, nets, taxes = draft.money, draft.shipping[position], [], []
    left = "0" if spec.get("removed") else spec.get("left")
    for side, convert, currency in (
        (draft.shop, money.at_home, money.shop),
        (draft.presentment, lambda amount: money.convert(money.at_home(amount)), money.presentment),
    ):
        charge = side.shipping[position]
        base = charge.net if left is None else min(charge.net, convert(left))
        before = base - min(base, shipping_taken(draft.refunds[:index], position, convert))
        after = base - min(base, shipping_taken(draft.refunds[:index + 1], position, convert))
        nets.append(before - after)
        taxes.append(_tax_of_rest(draft, spec, charge, before, currency) - _tax_of_rest(
            draft, spec, charge, after, currency))
    return {"index": position, "net": tuple(nets), "tax": tuple(taxes)} if any(nets) else None


def _tax_of_rest(draft: Draft, spec: Spec, charge: Reckoned, rest: Decimal, currency: str) -> Decimal:
    """The tax of what is left of a shipping line, by the rule of the reckoning's current figures."""
    kept = rest / charge.net if charge.net else ZERO
    taxes = _taxes(spec, charge)
    return sum(taxed(taxes, rest, kept, smallest(currency), included=draft.taxes_included), ZERO)


def _taxes(spec: Spec, item: Reckoned) -> list[tuple[Decimal, Decimal | None]]:
    """Rates; what was given as an amount counts as one, whatever the currency of this side."""
    return [(tax["rate"], None if tax["amount"] is None else amount)
            for tax, amount in zip(spec["taxes"], item.taxes, strict=True)]


def _line_share(draft: Draft, side: str, index: int, entry: Spec) -> Pair:
    line, spec = getattr(draft, side).lines[entry["line"]], draft.lines[entry["line"]]
    unit = smallest(getattr(draft.money, side))
    quantity, edited = spec.get("quantity", 1), spec.get("removed", 0)
    taxes = _taxes(spec, line)

    def left(pieces_gone: int) -> Pair:
        # After all refunds the current figures of the reckoning hold; before, the same rule applies.
        kept = Decimal(max(quantity - pieces_gone, 0)) / quantity
        net = cents(line.net * kept, unit)
        return net, sum(taxed(taxes, net, kept, unit, included=draft.taxes_included), ZERO)

    gone = edited + sum(e["quantity"] for r in draft.refunds[:index] for e in r.get("lines", [])
                        if e["line"] == entry["line"])
    before, after = left(gone), left(gone + entry["quantity"])
    return before[0] - after[0], before[1] - after[1]


def _refund_record(draft: Draft, index: int, refund: Record, transaction: Record | None) -> Record:
    spec, bags = draft.refunds[index], draft.money.bag
    number = draft.number * 1000 + index
    when = _refunded_at(draft, index)
    settled = transaction is not None and transaction["status"] == "SUCCESS"
    return {
        "__typename": "Refund", "id": gid("Refund", number), "legacyResourceId": str(number),
        "createdAt": when, "updatedAt": when, "processedAt": when, "note": spec.get("note"),
        "order": gid("Order", draft.number),
        "totalRefundedSet": bags(*refund["money"]) if settled else bags(ZERO, ZERO),
        "refundLineItems": [{
            "__typename": "RefundLineItem", "id": gid("RefundLineItem", number * 100 + i),
            "quantity": row["entry"]["quantity"], "restocked": bool(row["entry"].get("restock")),
            "restockType": _restock_type(draft, row["entry"]),
            "lineItem": gid("LineItem", draft.number * 1000 + row["entry"]["line"]), "location": LOCATION,
            "priceSet": bags(*(cents(n / row["entry"]["quantity"]) for n in row["net"])),
            "subtotalSet": bags(*row["net"]), "totalTaxSet": bags(*row["tax"]),
        } for i, row in enumerate(refund["rows"])],
        "refundShippingLines": [{
            "__typename": "RefundShippingLine", "id": gid("RefundShippingLine", number * 100 + ship["index"]),
            "shippingLine": gid("ShippingLine", draft.number * 1000 + ship["index"]),
            "subtotalAmountSet": bags(*ship["net"]), "taxAmountSet": bags(*ship["tax"]),
        } for ship in refund["ships"]],
        "duties": [], "orderAdjustments": [] if not any(_adjustment(refund)) else [{
            "__typename": "OrderAdjustment", "id": gid("OrderAdjustment", number), "reason": "REFUND_DISCREPANCY",
            "amountSet": bags(*_adjustment(refund)), "taxAmountSet": bags(ZERO, ZERO),
        }], "transactions": [transaction] if transaction else [], "return": None,
    }


def _restock_type(draft: Draft, entry: Spec) -> str:
    """Pieces that never left are cancelled; only shipped ones can be returned."""
    if entry.get("restock_type"):
        return str(entry["restock_type"])
    if not entry.get("restock"):
        return "NO_RESTOCK"
    return "RETURN" if draft.spec.get("fulfilled") else "CANCEL"


def _shipping_fields(draft: Draft) -> Record:
    fulfilled = bool(draft.spec.get("fulfilled"))
    fulfillments = [_fulfillment(draft)] if fulfilled else []
    return {
        "displayFulfillmentStatus": "FULFILLED" if fulfilled else "UNFULFILLED",
        "fulfillable": not fulfilled, "fulfillments": fulfillments, "fulfillmentsCount": _count(fulfillments),
        "fulfillmentOrders": _fulfillment_orders(draft, fulfilled),
    }


def _fulfillment(draft: Draft) -> Record:
    when, number = draft.spec["updated_at"], draft.number * 1000
    rows = [{"__typename": "FulfillmentLineItem", "id": gid("FulfillmentLineItem", number + i),
             "quantity": line.get("quantity", 1), "lineItem": gid("LineItem", number + i)}
            for i, line in enumerate(draft.lines) if not line.get("tip")]
    return {
        "__typename": "Fulfillment", "id": gid("Fulfillment", number), "legacyResourceId": str(number),
        "name": f"{draft.spec.get('name', '#')}-F1", "status": "SUCCESS", "displayStatus": "FULFILLED",
        "createdAt": when, "updatedAt": when, "deliveredAt": None,
        "totalQuantity": sum(r["quantity"] for r in rows), "location": LOCATION,
        "trackingInfo": [{"company": "Colissimo", "number": f"6A{draft.number % 10**11:011d}", "url": None}],
        "fulfillmentLineItems": rows, "order": gid("Order", draft.number),
    }


def _fulfillment_orders(draft: Draft, fulfilled: bool) -> list[Record]:
    goods = [i for i, line in enumerate(draft.lines) if not (line.get("tip") or line.get("gift_card"))]
    parts = draft.spec.get("fulfillment_orders") or [goods]
    return [_fulfillment_order(draft, fulfilled, index, part) for index, part in enumerate(parts)]


def _pieces(line: Spec) -> int:
    return int(line.get("quantity", 1) - line.get("removed", 0))


def _fulfillment_order(draft: Draft, fulfilled: bool, index: int, part: Spec | list[int]) -> Record:
    number = draft.number * 1000
    spec: Spec = part if isinstance(part, dict) else {"lines": part}
    closed = "CLOSED" if fulfilled else "CANCELLED" if draft.spec.get("cancelled") else spec.get("status", "OPEN")
    pieces = spec.get("quantities") or [draft.lines[i].get("quantity", 1) for i in spec["lines"]]
    left = [_pieces(draft.lines[i]) for i in spec["lines"]]
    return {
        "__typename": "FulfillmentOrder", "id": gid("FulfillmentOrder", number + index), "status": closed,
        "requestStatus": "UNSUBMITTED", "createdAt": draft.spec["created_at"],
        "updatedAt": draft.spec["updated_at"], "orderId": gid("Order", draft.number),
        "orderName": draft.spec.get("name", ""), "order": gid("Order", draft.number),
        "fulfillAt": draft.spec["created_at"], "fulfillBy": spec.get("fulfill_by"),
        "assignedLocation": _assigned_location(spec.get("location")),
        "lineItems": [{
            "__typename": "FulfillmentOrderLineItem", "id": gid("FulfillmentOrderLineItem", number + 100 * index + i),
            "totalQuantity": pieces[position], "sku": draft.lines[i].get("sku"),
            "remainingQuantity": 0 if closed in ("CLOSED", "CANCELLED") else min(pieces[position], left[position]),
            "lineItem": gid("LineItem", number + i),
        } for position, i in enumerate(spec["lines"])],
    }


def _assigned_location(spec: Spec | None) -> Record:
    """The shop's own location, or one that is named; a location without an id was deleted since."""
    if spec is None:
        return {"name": "Entrepôt de Lyon", "countryCode": "FR", "location": LOCATION}
    place = spec.get("id") and {"__typename": "Location", "id": gid("Location", spec["id"]), "name": spec["name"]}
    return {"name": spec["name"], "countryCode": "FR", "location": place}
