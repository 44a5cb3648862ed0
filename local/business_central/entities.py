"""Which module answers for which entity set, and the peculiarities of each set's collection.

Border: a table only; the behaviour is in the modules named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import customers, documents, items, journals, lines, posting, reference_data
from .contract import EntitySet, Row
from .odata_query import Computed
from .state import DOCUMENT_LINES, State


@dataclass(frozen=True)
class Behaviour:
    """How rows of a set are created, changed and deleted."""

    insert: Callable[[State, EntitySet, Row, Row | None, Row], Row]
    modify: Callable[[State, EntitySet, Row, Row], Row]
    delete: Callable[[State, EntitySet, Row], None]


PLAIN = Behaviour(reference_data.insert, reference_data.modify, reference_data.delete)
DOCUMENT = Behaviour(documents.insert, documents.modify, documents.delete)
LINE = Behaviour(lines.insert, lines.modify, lines.delete)
BATCH = Behaviour(journals.insert_journal, journals.modify_journal, journals.delete_journal)

BEHAVIOURS: dict[str, Behaviour] = {
    "customers": Behaviour(customers.insert, customers.modify, customers.delete),
    "items": Behaviour(items.insert, items.modify, items.delete),
    "itemVariants": Behaviour(items.insert_variant, items.modify_variant, items.delete_variant),
    "salesOrders": DOCUMENT, "salesInvoices": DOCUMENT, "salesCreditMemos": DOCUMENT,
    "salesOrderLines": LINE, "salesInvoiceLines": LINE, "salesCreditMemoLines": LINE,
    "journals": BATCH, "customerPaymentJournals": BATCH,
    "journalLines": Behaviour(journals.insert_line, journals.modify_line, journals.delete_line),
    "customerPayments": Behaviour(journals.insert_payment, journals.modify_payment, journals.delete_line),
}  # fmt: skip

# Navigation properties a POST may nest (deep insert); everything else nested is refused.
DEEP_INSERT: dict[str, frozenset[str]] = {
    "salesOrders": frozenset({"salesOrderLines"}),
    "salesInvoices": frozenset({"salesInvoiceLines"}),
    "salesCreditMemos": frozenset({"salesCreditMemoLines"}),
    **{name: frozenset({"location"}) for name in ("salesOrderLines", "salesInvoiceLines", "salesCreditMemoLines")},
}

# Collections that cannot be read without their parent: the property that names it, and the refusal.
LINES_ALONE = "You must specify an Id or a Document Id to get the lines."
NEEDS_PARENT: dict[str, tuple[str, str]] = {
    **dict.fromkeys(DOCUMENT_LINES, ("documentId", LINES_ALONE)),
    "journalLines": ("journalId", "You must specify a journal batch ID or a journal ID to get a journal line."),
    "customerPayments": ("journalId", "You must specify a journal batch ID or a journal ID to get a journal line."),
}  # fmt: skip

# Two sets may be views of one table: the values that make a row belong to the set's collection.
VIEWS: dict[str, Row] = {
    "journals": {"template": "GENERAL"},
    "customerPaymentJournals": {"template": "CASHRCPT"},
    "journalLines": {"documentType": ""},
    "customerPayments": {"documentType": "Payment"},
}

COMPUTED: Computed = {"items": items.COMPUTED, "customers": customers.COMPUTED}

ACTIONS: dict[tuple[str, str], Callable[[State, Row], None]] = {
    ("salesOrders", "shipAndInvoice"): posting.ship_and_invoice,
    ("salesInvoices", "post"): posting.post_invoice,
    ("salesInvoices", "cancel"): posting.cancel_invoice,
    ("salesInvoices", "makeCorrectiveCreditMemo"): posting.make_corrective_credit_memo,
    ("salesCreditMemos", "post"): posting.post_credit_memo,
    ("salesCreditMemos", "cancel"): posting.cancel_credit_memo,
    ("journals", "post"): journals.post,
}
