"""Everything that is kept in storage, as whoever keeps it says what it holds of a shop and of a person.

Removal of a shop, erasure of a person and data requests walk this list. The rooms below privacy say it themselves; here
stands what is no journal and no store: access, the shop cards, who works, what is allowed. Border: the list.
"""
from __future__ import annotations

from shared.privacy import capture_traces, export_files, log_traces
from shared.storage.holding import Holding
from shared.stores import (
    arrivals,
    asked_runs,
    changed_records,
    links,
    merged_customers,
    operations,
    payments,
    privacy_receipts,
    record_names,
    redacted_records,
    refused_deliveries,
    skipped_records,
    sync_runs,
    synchronization_info,
)

_NOBODY = "it names nobody"

HOLDINGS = (
    log_traces.HOLDING,
    skipped_records.HOLDING,
    sync_runs.HOLDING,
    links.HOLDING,
    record_names.HOLDING,
    payments.PAYOUTS_HELD,
    payments.DISPUTES_HELD,
    operations.HOLDING,
    export_files.HOLDING,
    changed_records.HOLDING,
    asked_runs.HOLDING,
    synchronization_info.HOLDING,
    arrivals.HOLDING,
    redacted_records.HOLDING,
    capture_traces.HOLDING,
    merged_customers.HOLDING,
    privacy_receipts.HOLDING,
    refused_deliveries.HOLDING,
    Holding("purges", ("LogPurges",), of_shop="who removed what, and how much of it", of_person=_NOBODY),
    Holding("shop cards", ("Shops",), of_shop="the card stays, switched off, and with it whose the store is",
            of_person=_NOBODY),
    Holding("access tokens", ("AccessTokens",), of_shop="AccessTokens.forget, in whichever vault they lie",
            of_person=_NOBODY),
    Holding("access", ("ShopAccess",), of_shop="why the shop is not connected: AccessTokens.forget", of_person=_NOBODY),
    Holding("access requests", ("AccessRequests",), of_shop="ten minutes each, and nothing but the shop's code",
            of_person=_NOBODY),
    Holding("leases", ("Leases",), of_shop="whoever erases holds one", of_person=_NOBODY),
    Holding("environment", ("Environment",), of_shop="a switch and a number of the whole app", of_person=_NOBODY),
)
"""In the order of an erasure."""
