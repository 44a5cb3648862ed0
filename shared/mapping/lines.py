"""Lines of a sales order, property by property in the order Business Central needs them.

Rules: Microsoft Learn, "API v2.0", salesOrderLine: object, variant, unit, location, description, quantity, price,
discount, since each property is validated in turn and the quantity sets the price anew. Price and
discount are always sent, also 0: otherwise Business Central's own would apply; so is the unit.
"""
from __future__ import annotations

from decimal import Decimal

from shared.business_central.rows import CodeTable
from shared.mapping.accounts import usable_account
from shared.mapping.billing import Billed, is_tip
from shared.mapping.card_codes import id_of
from shared.mapping.extras import Extra
from shared.mapping.known import ItemsAndSetup, KnownSetup, LinkOfVariant
from shared.mapping.line_items import ItemOfLine, item_of_line, named_item
from shared.mapping.locations import Placed
from shared.mapping.money import ZERO
from shared.mapping.plan import Body
from shared.mapping.text import code, fitted
from shared.shop_card import ChargeType, ShopCard
from shared.shopify.records import ShippingLine


def goods_line(goods: Placed, card: ShopCard, known: ItemsAndSetup, link_of_variant: LinkOfVariant, *,
               record: str) -> Body:
    """An item line, sent from its location; a tip or a sold gift card goes onto its account instead.

    Raises RecordRefused: item-not-found, item-blocked, unit-unclear, code-unknown, account-missing.
    """
    line, billed = goods.line, goods.billed
    if is_tip(line):
        return _priced(_account(card.tip_account, "Tip Account", known, record), line.name, billed)
    if line.is_gift_card:
        account = _account(card.sold_gift_card_account, "Sold Gift Card Account", known, record)
        return _priced(account, line.name, billed)
    target = _item(item_of_line(line, card, known, link_of_variant))
    if goods.location:
        target["locationId"] = id_of(goods.location, CodeTable.LOCATIONS, known, record=record)
    return _priced(target, line.name, billed)


def shipping_line(charge: ShippingLine, billed: Billed, card: ShopCard, known: ItemsAndSetup, *, record: str) -> Body:
    """A shipping charge: as Shipping Charges of the card maps its title, else the card's account."""
    return _priced(_charge_target(charge, card, known, record), charge.title, billed)


def rounding_line(billed: Billed, card: ShopCard, known: KnownSetup, *, record: str) -> Body:
    """The rounding of a cash payment."""
    account = _account(card.cash_roundings_account, "Cash Roundings Account", known, record)
    return _priced(account, "Cash rounding", billed)


def extra_line(extra: Extra, known: KnownSetup, *, record: str) -> Body:
    """Duties, additional fees or the channel's tax, on their account."""
    why = f"{record}, of which {extra.amount} is {extra.description},"
    return _priced(_account(extra.account, extra.setting, known, why), extra.description, extra.billed)


def given_back_line(amount: Decimal, card: ShopCard, known: KnownSetup, *, record: str) -> Body:
    """Money given back for no goods, as a negative line; `amount` negative: kept although its goods came back."""
    what = "was given back for no goods" if amount > 0 else "was kept although its goods came back"
    account = _account(card.refund_account, "Refund Account", known, f"{record}, of which {abs(amount)} {what},")
    return _priced(account, "Refund without goods" if amount > 0 else "Kept of a refund", Billed(1, -amount, ZERO))


def _charge_target(charge: ShippingLine, card: ShopCard, known: ItemsAndSetup, record: str) -> Body:
    row = next((row for row in card.shipping_charges if code(row.title) == code(charge.title)), None)
    if row is None:
        return _account(card.shipping_charges_account, "Shipping Charges Account", known, record)
    setting = f'Shipping Charges "{row.title}"'
    if row.type is ChargeType.ACCOUNT:
        return _account(row.number, setting, known, record)
    return _item(named_item(row.number, setting, known, record=record))


def _account(number: str, setting: str, known: KnownSetup, record: str) -> Body:
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
