"""Where the shop card decides the tax of an order, as a sentence for whoever meets a wrong one.

Business Central reckons tax by the customer's group, Shopify by where the goods go and who is exempt: the row of the
country gives such orders a customer, and their lines a group of goods, that agree. Border: pure.
"""
from __future__ import annotations

from shared.mapping.buyers import setup_of
from shared.shopify.records import Order
from shared.shops.card import ShopCard
from shared.to_business_central.orders.taxes import channel_remits


def tax_advice(order: Order, card: ShopCard) -> str:
    """The field of the shop card that decides, and what it holds now; "" where no country is known."""
    setup, exempt = setup_of(order, card), order.tax_exempt
    if not setup.country_region_code:
        return ""
    if order.company:
        field, value = (("Tax Exempt Tax Area", setup.tax_exempt_tax_area_id) if exempt
                        else ("Tax Area", setup.tax_area_id))
        about = f"The customer of company {order.company.name} is mended there. For new ones"
    else:
        field, value = (("Tax Exempt Customer No.", setup.tax_exempt_customer_no) if exempt
                        else ("Default Customer No.", setup.default_customer_no))
        about = "For buyers whose goods go there"
    who = " and who are exempt from tax in Shopify" if exempt else ""
    channel = " What the sales channel remits is not in the rate of a line." if channel_remits(order) else ""
    return (f"{about}{who} the shop card has {field} of {setup.name}: {value or 'it is empty'}. Tax Groups of that row "
            f"give a line the group for its rate.{channel}")
