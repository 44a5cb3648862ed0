"""The triggers of all pages, for the front door."""
from __future__ import annotations

from functions.portal import data_captures, environment, log_entries, overview, records, runs, shop, skipped_records

BLUEPRINTS = (
    overview.blueprint, shop.blueprint, skipped_records.blueprint, runs.blueprint, log_entries.blueprint,
    data_captures.blueprint, records.blueprint, environment.blueprint,
)
