"""Where the shop card decides the tax of an order, as a sentence for whoever meets a wrong one.

Business Central reckons tax by the customer's group, Shopify by where the goods go and who is exempt: the row of the
country gives such orders a customer, and their lines a group of goods, that agree. Border: pure.
"""
from __future__ import annotations

from shared.mapping.buyers import setup_of
from shared.shopify.records import Order
from shared.shops.card import CountrySetup, ShopCard
from shared.shops.card_fields import part
from shared.texts import Sentence, sentence, together
from shared.to_business_central.orders.taxes import channel_remits


def tax_advice(order: Order, card: ShopCard) -> Sentence | None:
    """The field of the shop card that decides, and what it holds now; None where no country is known."""
    setup = setup_of(order, card)
    if not setup.country_region_code:
        return None
    decides = _of_company(order, setup) if order.company else _of_buyer(order, setup)
    groups = sentence("{groups} of that row give a line the group for its rate.", groups=part("tax_groups"))
    channel = [sentence("What the sales channel remits is not in the rate of a line.")] if channel_remits(order) else []
    return together([*decides, groups, *channel])


def _of_company(order: Order, setup: CountrySetup) -> list[Sentence]:
    field, value = (("tax_exempt_tax_area_id", setup.tax_exempt_tax_area_id) if order.tax_exempt
                    else ("tax_area_id", setup.tax_area_id))
    assert order.company is not None
    return [
        sentence("The customer of company {name} is mended there.", name=order.company.name),
        sentence("For new ones that are exempt from tax in Shopify the shop card has {part} of {row}: {value}."
                 if order.tax_exempt else "For new ones the shop card has {part} of {row}: {value}.",
                 part=part(field), row=setup.name, value=value or sentence("it is empty")),
    ]


def _of_buyer(order: Order, setup: CountrySetup) -> list[Sentence]:
    field, value = (("tax_exempt_customer_no", setup.tax_exempt_customer_no) if order.tax_exempt
                    else ("default_customer_no", setup.default_customer_no))
    return [sentence(
        "For buyers whose goods go there and who are exempt from tax in Shopify the shop card has {part} of {row}: "
        "{value}." if order.tax_exempt
        else "For buyers whose goods go there the shop card has {part} of {row}: {value}.",
        part=part(field), row=setup.name, value=value or sentence("it is empty"))]
