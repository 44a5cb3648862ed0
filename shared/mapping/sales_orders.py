"""A Shopify order as one Business Central sales order, as data.

Rules: Microsoft's Shopify Connector (what goes onto the document); Microsoft Learn, "API v2.0",
salesOrder (which properties there are, and their order). The external document number SHP-<order id>
is the key the document is found by again, so a buyer's PO number goes into a comment line.
"""
from __future__ import annotations

from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

import msgspec

from shared.errors import RecordRefused
from shared.mapping import lines, text
from shared.mapping.addresses import document_address
from shared.mapping.billing import (
    Billed,
    billed_charge,
    billed_line,
    billed_quantities,
    cash_rounding,
    check_possible,
    expected_total,
    settled,
)
from shared.mapping.buyers import email_of, phone_of
from shared.mapping.extras import Extra, extras_of
from shared.mapping.known import ItemsAndSetup, KnownSetup, LinkOfVariant
from shared.mapping.money import ZERO, Amounts, amounts_of, currency_code
from shared.mapping.names import names_of
from shared.mapping.plan import Body, LineTax, SalesOrderPlan
from shared.mapping.refusals import all_or_refusal
from shared.mapping.taxes import tax_of_charge, tax_of_goods
from shared.shop_card import ShopCard
from shared.shopify.records import LineItem, Order, ShippingLine, number_of


class LeftOut(msgspec.Struct, frozen=True):
    """Nothing to create for this order, and why."""

    reason: str


class _Bill(msgspec.Struct, frozen=True):
    """What is billed, with the discounts put right to the cent."""

    goods: list[tuple[LineItem, Billed]]
    charges: list[tuple[ShippingLine, Billed]]
    extras: list[Extra]
    rounding: Decimal
    total: Decimal


def document_key(order: Order) -> str:
    """The external document number an order's document is found by."""
    return f"SHP-{number_of(order.id)}"


def sales_order_plan(order: Order, card: ShopCard, known: ItemsAndSetup, customer_number: str,
                     link_of_variant: LinkOfVariant) -> SalesOrderPlan | LeftOut:
    """The sales order of an order for this Business Central customer, or why there is none.

    Raises RecordRefused with every reason found: item-not-found, item-blocked, account-missing,
    currency-unknown, country-unknown, total-mismatch.
    """
    record = f"order {number_of(order.id)}"
    amounts = amounts_of(order, card)
    bill = _bill(order, card, amounts)
    if not bill.goods and (order.cancelled_at or bill.total == 0):
        state = "was cancelled" if order.cancelled_at else "has nothing left"
        return LeftOut(f"{record.capitalize()} {state} before it was processed: there is nothing to bill.")
    makers = _line_makers(bill, card, known, link_of_variant, record)
    header, *document_lines = all_or_refusal(
        [partial(_header, order, card, known, customer_number, amounts, record), *makers], record=record)
    comments = lines.comment_lines(order, card)
    taxes = [*([LineTax()] * len(comments)), *_taxes(bill, amounts)]
    plan = SalesOrderPlan(
        external_document_number=document_key(order),
        header=header,
        lines=(*comments, *document_lines),
        expected_total=bill.total,
        rounding_account=card.cash_roundings_account,
        rounding_tolerance=card.rounding_tolerance,
        order_name=order.name,
        # What has no counterpart in Shopify's tax lines is not compared: the rounding of cash.
        taxes=(*taxes, *([None] * (len(comments) + len(document_lines) - len(taxes)))),
        smallest=amounts.smallest,
        tax_differences=card.tax_differences,
    )
    check_total(plan)
    return plan


def _taxes(bill: _Bill, amounts: Amounts) -> list[LineTax | None]:
    """Shopify's tax on goods, shipping and extras, in the order of their lines."""
    return [*(tax_of_goods(line, billed, amounts) for line, billed in bill.goods),
            *(tax_of_charge(charge, billed, amounts) for charge, billed in bill.charges),
            *(extra.tax for extra in bill.extras)]


def plan_total(plan: SalesOrderPlan) -> Decimal:
    """The sum of the lines: quantity times unit price less discount."""
    return sum((line["quantity"] * line["unitPrice"] - line["discountAmount"]
                for line in plan.lines if line["lineType"] != "Comment"), ZERO)


def check_total(plan: SalesOrderPlan) -> None:
    """RecordRefused(total-mismatch) when lines that include tax cannot add up to Shopify's total.

    Where tax comes on top it is Business Central that adds it: that total is checked on the document.
    """
    difference = plan_total(plan) - plan.expected_total
    if plan.header["pricesIncludeTax"] and abs(difference) > plan.rounding_tolerance:
        raise RecordRefused(
            "total-mismatch",
            f"The lines of {plan.name} add up to {plan_total(plan)}, but Shopify's total is {plan.expected_total}.",
            record=f"order {plan.external_document_number.removeprefix('SHP-')}",
        )


def _bill(order: Order, card: ShopCard, amounts: Amounts) -> _Bill:
    pieces = billed_quantities(order, amounts)
    goods = [(line, billed_line(line, pieces[line.id], amounts))
             for line in order.line_items.nodes if pieces[line.id]]
    charges = [(charge, billed_charge(charge, amounts)) for charge in order.shipping_lines.nodes]
    charges = [(charge, billed) for charge, billed in charges if lines.is_charged(charge, billed)]
    extras = extras_of(order, goods, charges, card, amounts)
    rounding, total = cash_rounding(order, amounts), expected_total(order, amounts)
    if order.taxes_included:
        ours = sum((billed.net for _, billed in (*goods, *charges)), rounding) + sum(
            (extra.amount for extra in extras), ZERO)
        exact = settled([billed for _, billed in goods], total - ours, amounts)
        goods = [(line, billed) for (line, _), billed in zip(goods, exact, strict=True)]
    return _Bill(goods, charges, extras, rounding, total)


def _line_makers(bill: _Bill, card: ShopCard, known: ItemsAndSetup, link_of_variant: LinkOfVariant,
                 record: str) -> list[partial[Body]]:
    """One step per document line, in the order of the document."""
    makers = [partial(_goods, line, billed, card, known, link_of_variant, record) for line, billed in bill.goods]
    makers += [partial(_charge, charge, billed, card, known, record) for charge, billed in bill.charges]
    makers += [partial(lines.extra_line, extra, known, record=record) for extra in bill.extras]
    if bill.rounding:
        billed = Billed(1, bill.rounding, ZERO)
        makers.append(partial(lines.rounding_line, billed, card, known, record=record))
    return makers


def _goods(line: LineItem, billed: Billed, card: ShopCard, known: ItemsAndSetup,
           link_of_variant: LinkOfVariant, record: str) -> Body:
    check_possible(billed, line.name, record=record)
    return lines.goods_line(line, billed, card, known, link_of_variant, record=record)


def _charge(charge: ShippingLine, billed: Billed, card: ShopCard, known: ItemsAndSetup, record: str) -> Body:
    check_possible(billed, charge.title, record=record)
    return lines.shipping_line(charge, billed, card, known, record=record)


def _header(order: Order, card: ShopCard, known: KnownSetup, customer_number: str, amounts: Amounts,
            record: str) -> Body:
    return {
        "customerNumber": customer_number,
        "externalDocumentNumber": document_key(order),
        "currencyCode": currency_code(amounts.currency, card, known, record=record),
        "pricesIncludeTax": order.taxes_included,
        "orderDate": order.processed_at.astimezone(ZoneInfo(card.time_zone)).date().isoformat(),
        **_sell_to(order, card, known, record),
        **_ship_to(order, card, known, record),
        **_contact(order),
    }


def _sell_to(order: Order, card: ShopCard, known: KnownSetup, record: str) -> Body:
    """The billing address, else the shipping address; without both the customer card's stays."""
    address = order.billing_address or order.shipping_address
    return document_address("sellTo", address, card, known, record=record) if address else {}


def _ship_to(order: Order, card: ShopCard, known: KnownSetup, record: str) -> Body:
    """Name, contact and address the goods go to: the shipping address, else the billing address."""
    address = order.shipping_address or order.billing_address
    if address is None:
        return {}
    first, last = address.first_name, address.last_name
    if not (first or last) and order.customer:
        first, last = order.customer.first_name, order.customer.last_name
    names = names_of(card, first=first, last=last, company=address.company)
    named = text.fitted("salesOrders", {"shipToName": names.name, "shipToContact": names.contact})
    return {**(named if names.name else {}), **document_address("shipTo", address, card, known, record=record)}


def _contact(order: Order) -> Body:
    """Phone and e-mail of the buyer; what the order does not say stays as on the customer card."""
    contact = {"phoneNumber": text.phone(phone_of(order)), "email": text.email(email_of(order))}
    return {name: value for name, value in contact.items() if value}
