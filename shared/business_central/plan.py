"""Plans: what mapping wants to happen in Business Central, as data.

A plan names entity sets and payloads in the order Business Central needs them; it is carried out
by shared/business_central/executor.py, shown by a dry run, and hashed to see whether anything
changed since the last time.
"""
from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import msgspec

from shared.shops.card import TaxDifferences
from shared.texts import Sentence, Text, together

Body = dict[str, Any]
"""Property name -> text, number, bool or Decimal; insertion order is the order of sending."""


class LineTax(msgspec.Struct, frozen=True):
    """What Shopify charges as tax on one line, what the sales channel remits left out.

    amount   of all taxes, for what is billed
    rounded  how many amounts Shopify rounded for it
    percent  of all taxes together; None where Shopify does not say
    """

    amount: Decimal = Decimal(0)
    rounded: int = 0
    percent: Decimal | None = Decimal(0)


class SalesOrderPlan(msgspec.Struct, frozen=True):
    """One sales order with its lines.

    external_document_number  the key it is found by again, SHP-<order id>
    header                    properties of the sales order, in sending order
    lines                     properties of each line, in sending order
    expected_total            total including tax that Business Central must arrive at
    rounding_account          G/L account for a difference within the tolerance, "" = none
    rounding_tolerance        largest difference that may be booked there
    order_name                as Shopify shows it, e.g. #1001
    taxes                     of each line, in the same order, None where Shopify's tax is not known; () = not compared
    smallest                  smallest unit of the currency
    tax_differences           what follows where Business Central reckons another tax
    tax_advice                where the shop card decides it; None where nothing is to be said
    accounts                  number of an account -> the fields of the shop card that hold it
    notice                    what of the order Business Central does not take and goes on without; None: nothing
    """

    external_document_number: str
    header: Body
    lines: tuple[Body, ...]
    expected_total: Decimal
    rounding_account: str
    rounding_tolerance: Decimal
    order_name: Text = ""
    taxes: tuple[LineTax | None, ...] = ()
    smallest: Decimal = Decimal("0.01")
    tax_differences: TaxDifferences = TaxDifferences.PARK
    tax_advice: Sentence | None = None
    accounts: dict[str, Sentence] = {}
    notice: Sentence | None = None

    @property
    def comments(self) -> int:
        """How many comment lines stand at the head."""
        return next((at for at, line in enumerate(self.lines) if line["lineType"] != "Comment"), len(self.lines))

    @property
    def name(self) -> Text:
        """What a sentence calls the order: both what the shop and what Business Central shows."""
        key = self.external_document_number
        return together([self.order_name, f"({key})"]) if self.order_name else key


class CustomerPlan(msgspec.Struct, frozen=True):
    """A customer to create (`customer_id` is "") or to change; `body` holds what is to be sent.

    An empty body with a customer_id means: linked, nothing to send. `notice` says what of the record Business Central
    does not take and goes on without.
    """

    number: str
    customer_id: str
    body: Body
    notice: Sentence | None = None


class ItemPlan(msgspec.Struct, frozen=True):
    """One Shopify variant's item.

    item_id / item_number   the existing item, or "" and the number to create
    item                    properties to create it with or to change; {} = nothing to send
    prices                  its price and cost, sent with the creation, or later if they were owed
    unpriced                why it has none, None when nothing is amiss
    variant_id / variant_code  the existing item variant, or the code to create; "" = none
    variant                 properties of the item variant to create; {} = nothing to send
    unit, unit_option       unit of measure the variant is sold in, "" = the base unit, and the option that said so
    unclear_unit            why nobody can say in which unit it is sold, None when nothing is amiss
    tariff                  tariff number the Item Card is to show, digits; "" = leave it alone
    """

    shopify_variant_id: str
    item_id: str
    item_number: str
    item: Body
    variant_id: str = ""
    variant_code: str = ""
    variant: Body = {}
    tariff: str = ""
    prices: Body = {}
    unpriced: Sentence | None = None
    unit: str = ""
    unit_option: str = ""
    unclear_unit: Sentence | None = None


def plan_hash(*plans: SalesOrderPlan | CustomerPlan | ItemPlan) -> str:
    """SHA-256 of the plans; equal plans, and only those, have equal hashes."""
    return hashlib.sha256(msgspec.json.encode(plans)).hexdigest()
