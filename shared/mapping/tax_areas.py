"""The tax area of a customer that is created: by the country, and by whether Shopify exempts the buyer from tax.

Rules: Microsoft's Shopify Connector, Customer Setup by Country/Region (a buyer who is exempt is not Tax Liable);
Shopify, Customer.taxExempt (exempt everywhere) and enum TaxExemption (exempt in part). Border: pure.
"""
from __future__ import annotations

from collections.abc import Sequence

from shared.business_central.plan import Body
from shared.mapping.known import KnownSetup
from shared.shops.card import CountrySetup

_REVERSE_CHARGE = "EU_REVERSE_CHARGE_EXEMPTION_RULE"


def is_exempt(tax_exempt: bool, exemptions: Sequence[str], country: str, known: KnownSetup) -> bool:
    """Whether a buyer in this country (Business Central's code) is charged no tax there.

    Reverse charge is for buyers abroad. The exemptions of states and provinces are for some sales only, so they say
    nothing about the buyer.
    """
    return tax_exempt or (_REVERSE_CHARGE in exemptions and country != known.home_country)


def tax_of_country(setup: CountrySetup, *, exempt: bool) -> Body:
    """What Customer Setup by Country/Region says of the tax of a new customer there; {} where it says nothing."""
    area = setup.tax_exempt_tax_area_id if exempt else setup.tax_area_id
    body: Body = {"taxAreaId": area} if area else {}
    return body if setup.tax_liable is None else {**body, "taxLiable": setup.tax_liable and not exempt}
