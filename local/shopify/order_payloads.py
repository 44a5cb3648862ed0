"""Webhook bodies of orders and what hangs on them: refunds, transactions, fulfillments, edits.

Bodies as `payloads` describes; enums are written small (``partially_refunded``), ``fulfillment_status`` is
null until something is shipped, ``customer`` is missing for guests, transactions are not part of an order.
Source: Shopify: Webhook topics and payloads (schemas up to 2026-07).
"""
from __future__ import annotations

from decimal import Decimal
from typing import Any

from local.shopify.payloads import (
    Payload,
    address_payload,
    amount,
    customer_payload,
    identity,
    local_time,
    number_of,
    price_set,
)
from local.shopify.records import Record

STATUS_WORDS = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}
PRICES = {"total_price": "totalPriceSet", "subtotal_price": "subtotalPriceSet", "total_tax": "totalTaxSet",
          "total_discounts": "totalDiscountsSet", "current_total_price": "currentTotalPriceSet",
          "current_subtotal_price": "currentSubtotalPriceSet", "current_total_tax": "currentTotalTaxSet",
          "current_total_discounts": "currentTotalDiscountsSet"}


def order_payload(order: Record, shop: Record, customer: Record | None) -> Payload:
    """orders/create, orders/updated, orders/cancelled, orders/paid, orders/fulfilled."""
    body = {
        **identity(order), "name": order["name"], "order_number": order["number"], "number": order["number"],
        "email": order["email"], "contact_email": order["email"], "phone": order["phone"], "note": order["note"],
        "note_attributes": [{"name": a["key"], "value": a["value"]} for a in order["customAttributes"]],
        "tags": ", ".join(order["tags"]), "test": order["test"], "confirmed": order["confirmed"],
        "confirmation_number": order["confirmationNumber"], "po_number": order["poNumber"],
        "source_name": order["sourceName"], "customer_locale": order["customerLocale"],
        **{name: local_time(order[key], shop) for name, key in (
            ("created_at", "createdAt"), ("updated_at", "updatedAt"), ("processed_at", "processedAt"),
            ("cancelled_at", "cancelledAt"), ("closed_at", "closedAt"))},
        "cancel_reason": order["cancelReason"] and order["cancelReason"].lower(),
        "currency": order["currencyCode"], "presentment_currency": order["presentmentCurrencyCode"],
        "financial_status": order["displayFinancialStatus"].lower(),
        "fulfillment_status": STATUS_WORDS.get(order["displayFulfillmentStatus"]),
        "taxes_included": order["taxesIncluded"], "tax_exempt": order["taxExempt"],
        "payment_gateway_names": order["paymentGatewayNames"], "payment_terms": None,
        **_prices(order), "tax_lines": [_tax_line(t) for t in order["taxLines"]],
        "discount_codes": [{"code": code} for code in order["discountCodes"]],
        "discount_applications": [_application(a) for a in order["discountApplications"]],
        "line_items": [line_payload(line) for line in order["lineItems"]],
        "shipping_lines": [_shipping_line(line) for line in order["shippingLines"]],
        "billing_address": address_payload(order["billingAddress"]),
        "shipping_address": address_payload(order["shippingAddress"]),
        "refunds": [refund_payload(r, order, shop) for r in order["refunds"]],
        "fulfillments": [fulfillment_payload(f, order, shop) for f in order["fulfillments"]],
    }
    return {**body, "customer": customer_payload(customer, shop, [])} if customer else body


def _prices(order: Record) -> Payload:
    found: Payload = {}
    for name, key in PRICES.items():
        found[name] = amount(order[key]["shopMoney"])
        found[f"{name}_set"] = price_set(order[key])
    lines = sum((Decimal(line["originalTotalSet"]["shopMoney"]["amount"]) for line in order["lineItems"]), Decimal(0))
    return {**found, "total_line_items_price": f"{lines:.2f}",
            "total_shipping_price_set": price_set(order["totalShippingPriceSet"]),
            "total_tip_received": amount(order["totalTipReceivedSet"]["shopMoney"]),
            "total_outstanding": amount(order["totalOutstandingSet"]["shopMoney"])}


def line_payload(line: Record) -> Payload:
    """A line item."""
    product = line["product"]["id"] if isinstance(line["product"], dict) else line["product"]
    return {
        **identity(line), "name": line["name"], "title": line["title"], "variant_title": line["variantTitle"],
        "sku": line["sku"], "vendor": line["vendor"], "product_id": number_of(product),
        "product_exists": product is not None, "variant_id": number_of(line["variant"]),
        "quantity": line["quantity"], "current_quantity": line["currentQuantity"],
        "fulfillable_quantity": line["unfulfilledQuantity"], "gift_card": line["isGiftCard"],
        "fulfillment_status": None if line["unfulfilledQuantity"] or not line["currentQuantity"] else "fulfilled",
        "requires_shipping": line["requiresShipping"], "taxable": line["taxable"], "duties": [],
        "properties": [{"name": a["key"], "value": a["value"]} for a in line["customAttributes"]],
        "price": amount(line["originalUnitPriceSet"]["shopMoney"]),
        "price_set": price_set(line["originalUnitPriceSet"]),
        "total_discount": amount(line["totalDiscountSet"]["shopMoney"]),
        "total_discount_set": price_set(line["totalDiscountSet"]),
        "tax_lines": [_tax_line(t) for t in line["taxLines"]],
        "discount_allocations": [_allocation(a) for a in line["discountAllocations"]],
    }


def _shipping_line(line: Record) -> Payload:
    return {"id": number_of(line["id"]), "title": line["title"], "code": line["code"], "source": line["source"],
            "carrier_identifier": None, "phone": None, "is_removed": line["isRemoved"],
            "price": amount(line["originalPriceSet"]["shopMoney"]), "price_set": price_set(line["originalPriceSet"]),
            "discounted_price": amount(line["discountedPriceSet"]["shopMoney"]),
            "discounted_price_set": price_set(line["discountedPriceSet"]),
            "tax_lines": [_tax_line(t) for t in line["taxLines"]],
            "discount_allocations": [_allocation(a) for a in line["discountAllocations"]]}


def _tax_line(tax: Record) -> Payload:
    return {"title": tax["title"], "rate": tax["rate"], "price": amount(tax["priceSet"]["shopMoney"]),
            "price_set": price_set(tax["priceSet"]), "channel_liable": tax["channelLiable"]}


def _allocation(allocation: Record) -> Payload:
    bag = allocation["allocatedAmountSet"]
    return {"amount": amount(bag["shopMoney"]), "amount_set": price_set(bag),
            "discount_application_index": allocation["discountApplication"]["index"]}


def _application(application: Record) -> Payload:
    value = application["value"]
    percentage = "percentage" in value
    return {"type": "discount_code" if "code" in application else "manual",
            "code" if "code" in application else "title": application.get("code") or application.get("title"),
            "value": str(value["percentage"]) if percentage else amount(value),
            "value_type": "percentage" if percentage else "fixed_amount",
            **{name: application[key].lower() for name, key in (
                ("allocation_method", "allocationMethod"), ("target_selection", "targetSelection"),
                ("target_type", "targetType"))}}


def refund_payload(refund: Record, order: Record, shop: Record) -> Payload:
    """refunds/create, and the refunds of an order."""
    lines = {line["id"]: line for line in order["lineItems"]}
    return {
        **identity(refund), "order_id": number_of(order["id"]), "note": refund["note"], "restock": any(
            row["restocked"] for row in refund["refundLineItems"]), "return": None, "duties": [],
        "created_at": local_time(refund["createdAt"], shop), "processed_at": local_time(refund["processedAt"], shop),
        "refund_line_items": [{
            "id": number_of(row["id"]), "line_item_id": number_of(row["lineItem"]), "quantity": row["quantity"],
            "restock_type": row["restockType"].lower(), "location_id": number_of(row["location"]),
            "subtotal": amount(row["subtotalSet"]["shopMoney"]), "subtotal_set": price_set(row["subtotalSet"]),
            "total_tax": amount(row["totalTaxSet"]["shopMoney"]), "total_tax_set": price_set(row["totalTaxSet"]),
            "line_item": line_payload(lines[row["lineItem"]])} for row in refund["refundLineItems"]],
        "refund_shipping_lines": [{
            "id": number_of(row["id"]), "shipping_line_id": number_of(row["shippingLine"]),
            "subtotal_amount_set": price_set(row["subtotalAmountSet"]),
            "tax_amount_set": price_set(row["taxAmountSet"])}
            for row in refund["refundShippingLines"]],
        "order_adjustments": [{
            "id": number_of(row["id"]), "order_id": number_of(order["id"]), "refund_id": number_of(refund["id"]),
            "kind": "refund_discrepancy", "reason": "Refund discrepancy",
            "amount": amount(row["amountSet"]["shopMoney"]), "amount_set": price_set(row["amountSet"]),
            "tax_amount": amount(row["taxAmountSet"]["shopMoney"]), "tax_amount_set": price_set(row["taxAmountSet"])}
            for row in refund["orderAdjustments"]],
        "transactions": [transaction_payload(t, order, shop) for t in refund["transactions"]],
    }


def transaction_payload(transaction: Record, order: Record, shop: Record) -> Payload:
    """order_transactions/create."""
    parent: Any = transaction["parentTransaction"]
    money = transaction["amountSet"]["shopMoney"]
    return {
        **identity(transaction), "order_id": number_of(order["id"]), "kind": transaction["kind"].lower(),
        "status": transaction["status"].lower(), "amount": amount(money), "currency": money["currencyCode"],
        "gateway": transaction["gateway"], "parent_id": parent and number_of(parent["id"]), "test": transaction["test"],
        "error_code": None, "message": None, "payment_id": transaction["paymentId"], "source_name": order["sourceName"],
        "created_at": local_time(transaction["createdAt"], shop),
        "processed_at": local_time(transaction["processedAt"], shop),
    }


def fulfillment_payload(fulfillment: Record, order: Record, shop: Record) -> Payload:
    """fulfillments/create and fulfillments/update."""
    lines = {line["id"]: line for line in order["lineItems"]}
    tracking = fulfillment["trackingInfo"]
    first = tracking[0] if tracking else {"company": None, "number": None, "url": None}
    return {
        **identity(fulfillment), "order_id": number_of(order["id"]), "name": fulfillment["name"].replace("-F", "."),
        "status": fulfillment["status"].lower(), "shipment_status": None, "service": "manual",
        "location_id": number_of(fulfillment["location"]),
        "created_at": local_time(fulfillment["createdAt"], shop),
        "updated_at": local_time(fulfillment["updatedAt"], shop),
        "tracking_company": first["company"], "tracking_number": first["number"], "tracking_url": first["url"],
        "tracking_numbers": [t["number"] for t in tracking], "tracking_urls": [t["url"] for t in tracking if t["url"]],
        "line_items": [{**line_payload(lines[row["lineItem"]]), "quantity": row["quantity"]}
                       for row in fulfillment["fulfillmentLineItems"]],
    }


def edit_payload(before: Record, after: Record, shop: Record) -> Payload:
    """orders/edited: what was added and removed, no order body."""
    earlier = {line["id"]: line["currentQuantity"] for line in before["lineItems"]}
    changes = [(number_of(line["id"]), line["currentQuantity"] - earlier.get(line["id"], 0))
               for line in after["lineItems"]]
    number = number_of(after["id"])
    return {"order_edit": {
        "id": number, "app_id": None, "order_id": number, "notify_customer": False, "staff_note": "", "user_id": None,
        "created_at": local_time(after["updatedAt"], shop), "committed_at": local_time(after["updatedAt"], shop),
        "line_items": {"additions": [{"id": i, "delta": delta} for i, delta in changes if delta > 0],
                       "removals": [{"id": i, "delta": -delta} for i, delta in changes if delta < 0]},
        "discounts": {"line_item": {"additions": [], "removals": []}},
        "shipping_lines": {"additions": [], "removals": []}}}
