"""200 webhooks from a second process, a third of them doubled, shuffled, the host killed once."""
from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.webhooks import storm
from local.azurite import start_azurite
from tests.integration.sync.street import a_street


def test_after_a_storm_business_central_holds_each_change_written_once(tmp_path: Path) -> None:
    size: dict[str, Any] = {"orders": 170, "customers": 5, "products": 5, "plain": True}
    with start_azurite() as azurite, a_street(azurite.connection_string, tmp_path, **size) as street:
        street.settings["WEBHOOK_DELAY_SECONDS"] = "1"
        street.open()
        street.connect()
        street.start_sync()
        street.finished_run()

        outcome = storm(street, azurite.connection_string, tmp_path, webhooks=200, rate=50)

        assert len(outcome.seconds) == 200
        assert outcome.failed_tries > 0
        assert outcome.wrong == []
        assert outcome.writes <= outcome.changed == 154, "a change was written twice"
        assert outcome.shopify_calls <= 30, "ids are to be read in bulk"
