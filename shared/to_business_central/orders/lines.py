"""Lines of a sales order, property by property in the order Business Central needs them.

Rules: Microsoft Learn, "API v2.0", salesOrderLine: object, variant, unit, location, description, quantity, price,
discount, since each property is validated in turn and the quantity sets the price anew. Price and
discount are always sent, also 0: otherwise Business Central's own would apply; so is the unit.
"""
from __future__ import annotations

from decimal import Decimal

from shared.business_central.plan import Body
from shared.business_central.rows import CodeTable
from shared.mapping.accounts import usable_account
from shared.mapping.card_codes import id_of
from shared.mapping.known import ItemsAndSetup, KnownSetup, LinkOfVariant
from shared.mapping.line_items import ItemOfLine, item_of_line, named_item
from shared.mapping.money import ZERO
from shared.mapping.text import code, fitted
from shared.shopify.records import ShippingLine
from shared.shops.card import ChargeType, ShopCard
from shared.shops.card_fields import caption, row_of
from shared.texts import Text, sentence
from shared.to_business_central.orders.billing import Billed, is_tip
from shared.to_business_central.orders.extras import Extra
from shared.to_business_central.orders.locations import Placed


def goods_line(goods: Placed, card: ShopCard, known: ItemsAndSetup, link_of_variant: LinkOfVariant, *,
               record: Text) -> Body:
    """An item line, sent from its location; a tip or a sold gift card goes onto its account instead.

    Raises RecordRefused: item-not-found, item-blocked, unit-unclear, code-unknown, account-missing.
    """
    line, billed = goods.line, goods.billed
    if is_tip(line):
        return _priced(_account(card.tip_account, caption("tip_account"), known, record), line.name, billed)
    if line.is_gift_card:
        account = _account(card.sold_gift_card_account, caption("sold_gift_card_account"), known, record)
        return _priced(account, line.name, billed)
    target = _item(item_of_line(line, card, known, link_of_variant))
    if goods.location:
        target["locationId"] = id_of(goods.location, CodeTable.LOCATIONS, known, record=record)
    return _priced(target, line.name, billed)


def shipping_line(charge: ShippingLine, billed: Billed, card: ShopCard, known: ItemsAndSetup, *, record: Text) -> Body:
    """A shipping charge: as Shipping Charges of the card maps its title, else the card's account."""
    return _priced(_charge_target(charge, card, known, record), charge.title, billed)


def rounding_line(billed: Billed, card: ShopCard, known: KnownSetup, *, record: Text) -> Body:
    """The rounding of a cash payment."""
    account = _account(card.cash_roundings_account, caption("cash_roundings_account"), known, record)
    return _priced(account, "Cash rounding", billed)


def extra_line(extra: Extra, known: KnownSetup, *, record: Text) -> Body:
    """Duties, additional fees or the channel's tax, on their account."""
    what = f"{extra.description[:1].lower()}{extra.description[1:]}"
    why = sentence("{record}, of which {amount} is {what},", record=record, amount=extra.amount, what=what)
    return _priced(_account(extra.account, extra.setting, known, why), extra.description, extra.billed)


def given_back_line(amount: Decimal, card: ShopCard, known: KnownSetup, *, record: Text) -> Body:
    """Money given back for no goods, as a negative line; `amount` negative: kept although its goods came back."""
    why = sentence(
        "{record}, of which {amount} was given back for no goods," if amount > 0
        else "{record}, of which {amount} was kept although its goods came back,", record=record, amount=abs(amount))
    account = _account(card.refund_account, caption("refund_account"), known, why)
    return _priced(account, "Refund without goods" if amount > 0 else "Kept of a refund", Billed(1, -amount, ZERO))


def _charge_target(charge: ShippingLine, card: ShopCard, known: ItemsAndSetup, record: Text) -> Body:
    row = next((row for row in card.shipping_charges if code(row.title) == code(charge.title)), None)
    if row is None:
        return _account(card.shipping_charges_account, caption("shipping_charges_account"), known, record)
    setting = row_of("shipping_charges", row.title)
    if row.type is ChargeType.ACCOUNT:
        return _account(row.number, setting, known, record)
    return _item(named_item(row.number, setting, known, record=record))


def _account(number: str, setting: Text, known: KnownSetup, record: Text) -> Body:
    return {"lineType": "Account", "lineObjectNumber": usable_account(number, setting, known, record=record)}


def _item(item: ItemOfLine) -> Body:
    target: Body = {"lineType": "Item", "lineObjectNumber": item.item_number}
    if item.variant_id:
        target["itemVariantId"] = item.variant_id
    if item.unit:
        target["unitOfMeasureCode"] = item.unit
    return target


def _priced(target: Body, description: str, billed: Billed) -> Body:
    return {
        **target,
        **fitted("salesOrderLines", {"description": description}),
        "quantity": billed.quantity,
        "unitPrice": billed.unit_price,
        "discountAmount": billed.discount,
    }
