"""The triggers of all pages, for the front door."""
from __future__ import annotations

from functions.portal import (
    data_captures,
    environment,
    exports,
    lists,
    log_entries,
    overview,
    records,
    runs,
    search,
    set_up,
    shop,
    shop_card,
    skipped_records,
    unknown,
    webhooks,
)

BLUEPRINTS = (
    overview.blueprint,
    set_up.blueprint,
    search.blueprint,
    shop.blueprint,
    shop_card.blueprint,
    webhooks.blueprint,
    records.blueprint,
    skipped_records.blueprint,
    lists.blueprint,
    runs.blueprint,
    log_entries.blueprint,
    data_captures.blueprint,
    exports.blueprint,
    environment.blueprint,
    unknown.blueprint,
)
