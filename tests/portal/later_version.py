"""What a later version of the connector has kept before a step back to this one."""
from __future__ import annotations

from tests.portal.served import Portal
from tests.portal.skipping import skip

LATER = "of-a-later-version"


def kept_by_a_later_version(portal: Portal) -> str:
    """A run that failed and a record that is skipped, both with a code of its own; the run's id."""
    house = portal.house
    skip(house, 5001, code=LATER, detail="the moon is too full")
    run = house.connector.runs.begin(house.shop, ["orders"], "schedule")
    run.state, run.error_code, run.error_detail, run.ended_at = "failed", LATER, "the moon is too full", run.started_at
    house.connector.runs.save(run)
    return run.id
