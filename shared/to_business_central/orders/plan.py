"""A Shopify order as one Business Central sales order, as data.

Rules: Microsoft's Shopify Connector (what goes onto the document); Microsoft Learn, "API v2.0",
salesOrder (which properties there are, and their order). The external document number SHP-<order id>
is the key the document is found by again, so a buyer's PO number goes into a comment line.
"""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

import msgspec

from shared.business_central.plan import Body, LineTax, SalesOrderPlan
from shared.errors import RecordRefused
from shared.mapping import text
from shared.mapping.accounts import fields_of_accounts
from shared.mapping.addresses import document_address
from shared.mapping.buyers import emails_of, phones_of
from shared.mapping.card_codes import CardCode
from shared.mapping.document_details import details
from shared.mapping.known import ItemsAndSetup, KnownSetup, LinkOfVariant
from shared.mapping.money import ZERO, Amounts, amounts_of, currency_code
from shared.mapping.names import names_of
from shared.mapping.refusals import all_or_refusal
from shared.shopify.records import Order, ShippingLine, id_of
from shared.shops.card import ShopCard
from shared.texts import Sentence, Text, sentence, together
from shared.to_business_central.orders import lines
from shared.to_business_central.orders.billing import Bill, Billed, bill_of, check_possible
from shared.to_business_central.orders.channel_tax import channel_tax_of, without_channel_tax
from shared.to_business_central.orders.comments import comment_lines
from shared.to_business_central.orders.extras import Extra, extras_of
from shared.to_business_central.orders.locations import Placed, placed
from shared.to_business_central.orders.refunds import is_pending, kept_payment, told
from shared.to_business_central.orders.tax_advice import tax_advice
from shared.to_business_central.orders.tax_groups import tax_groups_of, with_tax_group
from shared.to_business_central.orders.taxes import own_rate, tax_of_charge, tax_of_goods


class LeftOut(msgspec.Struct, frozen=True):
    """Nothing to create for this order, and why."""

    reason: Sentence


def document_key(order: Order) -> str:
    """The external document number an order's document is found by."""
    return document_key_of(id_of(order.id))


def document_key_of(id: str) -> str:
    """The same by the order's Shopify id."""
    return f"SHP-{id}"


def sales_order_plan(order: Order, card: ShopCard, known: ItemsAndSetup, customer_number: str,
                     link_of_variant: LinkOfVariant) -> SalesOrderPlan | LeftOut:
    """The sales order of an order for this Business Central customer, or why there is none.

    Raises RecordRefused: refund-pending, order-cancelled-but-paid, else with every reason found: item-not-found,
    item-blocked, account-missing, code-unknown, currency-unknown, country-unknown, total-mismatch.
    """
    record = sentence("order {number}", number=id_of(order.id))
    amounts = amounts_of(order, card)
    _check_final(order, amounts, record)
    bill = bill_of(order, amounts)
    if (nothing := _nothing_to_bill(order, bill, amounts, record)) is not None:
        return nothing
    channel = channel_tax_of(order, bill, amounts)
    extras = extras_of(order, bill, channel, card, amounts)
    priced = without_channel_tax(bill, channel, amounts) if order.taxes_included else bill
    goods = placed(order, priced.goods, card, amounts)
    makers = _line_makers(order, goods, priced, extras, card, known, link_of_variant, amounts, record)
    header, *document_lines = all_or_refusal(
        [partial(_header, order, card, known, customer_number, amounts, record), *makers], record=record)
    comments = comment_lines(order, card)
    taxes = [*([LineTax()] * len(comments)), *_taxes(goods, bill, extras, order, amounts)]
    plan = SalesOrderPlan(
        external_document_number=document_key(order),
        header=header,
        lines=(*comments, *document_lines),
        expected_total=bill.total,
        rounding_account=card.cash_roundings_account,
        rounding_tolerance=card.rounding_tolerance,
        order_name=order.name,
        # What has no counterpart in Shopify's tax lines is not compared: rounding of cash, money without goods.
        taxes=(*taxes, *([None] * (len(comments) + len(document_lines) - len(taxes)))),
        smallest=amounts.smallest,
        tax_differences=card.tax_differences,
        notice=text.not_taken(sentence("order {number}", number=order.name), phones_of(order), emails_of(order)),
        tax_advice=tax_advice(order, card),
        accounts=fields_of_accounts(card),
    )
    check_total(plan)
    return plan


def _taxes(goods: list[Placed], bill: Bill, extras: list[Extra], order: Order,
           amounts: Amounts) -> list[LineTax | None]:
    """Shopify's tax on goods, shipping and extras, in the order of their lines."""
    return [*_taxes_of_goods(goods, bill, order, amounts),
            *(tax_of_charge(charge, billed, order, amounts) for charge, billed in bill.charges),
            *(extra.tax for extra in extras)]


def _taxes_of_goods(goods: list[Placed], bill: Bill, order: Order, amounts: Amounts) -> Iterator[LineTax]:
    """The tax of each part of a line, its share of what Shopify rounded once, however many places send the pieces."""
    taxes = {line.id: (tax_of_goods(line, billed, order, amounts), billed.quantity) for line, billed in bill.goods}
    counted: set[str] = set()
    for part in goods:
        tax, pieces = taxes[part.line.id]
        yield LineTax(tax.amount * part.billed.quantity / pieces, 0 if part.line.id in counted else tax.rounded,
                      tax.percent)
        counted.add(part.line.id)


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
            sentence("The lines of {order} add up to {lines}, but Shopify's total is {total}.", order=plan.name,
                     lines=plan_total(plan), total=plan.expected_total),
            record=sentence("order {number}", number=plan.external_document_number.removeprefix("SHP-")),
        )


def _check_final(order: Order, amounts: Amounts, record: Text) -> None:
    """RecordRefused(refund-pending) while a refund may still fail: then the goods would have to be billed."""
    if is_pending(order):
        refunds = together((told(refund, order, amounts) for refund in order.refunds), "; ")
        raise RecordRefused("refund-pending", sentence(
            "A refund of {record} ({name}) is not final yet: {refunds}.", record=record, name=order.name,
            refunds=refunds), record=record)


def _nothing_to_bill(order: Order, bill: Bill, amounts: Amounts, record: Text) -> LeftOut | None:
    """Why an order gets no document: nothing is left of it, or it was cancelled and none of its money kept.

    RecordRefused(order-cancelled-but-paid) for a cancelled order whose paid goods were neither refunded nor removed.
    """
    if not bill.goods and bill.total == 0:
        return LeftOut(sentence(
            "{record!c}, cancelled on {day}, has nothing left to bill." if order.cancelled_at
            else "{record!c} has nothing left to bill.", record=record, day=_day_of(order.cancelled_at)))
    if order.cancelled_at is None:
        return None
    kept = kept_payment(order, amounts)
    if kept <= 0:
        return LeftOut(sentence(
            "{record!c} was cancelled and none of its money was kept: nothing is left to bill.", record=record))
    if bill.goods:
        goods = ", ".join(f"{billed.quantity} × {line.name}" for line, billed in bill.goods)
        raise RecordRefused(
            "order-cancelled-but-paid",
            sentence("{record!c} ({name}), cancelled on {day}, has goods that were neither refunded nor removed: "
                     "{goods}. {kept} {currency} of its payment was kept.", record=record, name=order.name,
                     day=_day_of(order.cancelled_at), goods=goods, kept=kept, currency=amounts.currency),
            record=record,
        )
    return None


def _day_of(moment: datetime | None) -> date | str:
    return moment.date() if moment else ""


def _line_makers(order: Order, goods: list[Placed], bill: Bill, extras: list[Extra], card: ShopCard,
                 known: ItemsAndSetup, link_of_variant: LinkOfVariant, amounts: Amounts,
                 record: Text) -> list[partial[Body]]:
    """One step per document line, in the order of the document."""
    groups = tax_groups_of(order, card)
    makers = [partial(_goods, part, groups.get(own_rate(part.line.tax_lines)), card, known, link_of_variant, record)
              for part in goods]
    makers += [partial(_charge, charge, billed, groups.get(own_rate(charge.tax_lines)), card, known, record)
               for charge, billed in bill.charges]
    makers += [partial(_extra, extra, groups.get(extra.percent), known, record) for extra in extras]
    if bill.rounding:
        billed = Billed(1, bill.rounding, ZERO)
        makers.append(partial(lines.rounding_line, billed, card, known, record=record))
    if bill.given_back:
        makers.append(partial(lines.given_back_line, bill.given_back, card, known, record=record))
    return makers


def _goods(goods: Placed, group: CardCode | None, card: ShopCard, known: ItemsAndSetup,
           link_of_variant: LinkOfVariant, record: Text) -> Body:
    check_possible(goods.billed, goods.line.name, record=record)
    line = lines.goods_line(goods, card, known, link_of_variant, record=record)
    # Tips and gift cards are no goods: their account has the group of what they are.
    return with_tax_group(line, group if line["lineType"] == "Item" else None, known, record=record)


def _charge(charge: ShippingLine, billed: Billed, group: CardCode | None, card: ShopCard, known: ItemsAndSetup,
            record: Text) -> Body:
    check_possible(billed, charge.title, record=record)
    return with_tax_group(lines.shipping_line(charge, billed, card, known, record=record), group, known, record=record)


def _extra(extra: Extra, group: CardCode | None, known: KnownSetup, record: Text) -> Body:
    return with_tax_group(lines.extra_line(extra, known, record=record), group, known, record=record)


def _header(order: Order, card: ShopCard, known: KnownSetup, customer_number: str, amounts: Amounts,
            record: Text) -> Body:
    return {
        "customerNumber": customer_number,
        "externalDocumentNumber": document_key(order),
        "currencyCode": currency_code(amounts.currency, card, known, record=record),
        "pricesIncludeTax": order.taxes_included,
        "orderDate": order.processed_at.astimezone(ZoneInfo(card.time_zone)).date().isoformat(),
        **header_texts(order, card, known, record=record),
        **details(order, card, known, record=record),
    }


def header_texts(order: Order, card: ShopCard, known: KnownSetup, *, record: Text) -> Body:
    """The part of a header that follows Shopify once the document is there: names, addresses, phone and e-mail.

    Raises RecordRefused(country-unknown).
    """
    return {**_sell_to(order, card, known, record), **_ship_to(order, card, known, record), **_contact(order)}


def _sell_to(order: Order, card: ShopCard, known: KnownSetup, record: Text) -> Body:
    """The billing address, else the shipping address; without both the customer card's stays."""
    address = order.billing_address or order.shipping_address
    return document_address("sellTo", address, card, known, record=record) if address else {}


def _ship_to(order: Order, card: ShopCard, known: KnownSetup, record: Text) -> Body:
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
    contact = {"phoneNumber": text.first_taken(text.phone, phones_of(order)),
               "email": text.first_taken(text.email, emails_of(order))}
    return {name: value for name, value in contact.items() if value}
