"""A cold start loads what it needs: modules are counted. Processor time is measured by benchmarks/cold_start.py."""
from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benchmarks.cold_start import AS_SHIPPED, FIRST_WEBHOOK, REGISTERING
from tests.repository import ROOT, belongs

NOBODY_NEEDS = {"jinja2", "babel", "boto3", "botocore", "graphql", "azure.identity", "azure.keyvault", "azure.monitor",
                "opentelemetry", "local"}
NO_REGISTRATION_NEEDS = NOBODY_NEEDS | {
    "azure.data", "azure.storage", "requests", "shared.root", "shared.connector", "shared.access", "shared.storage",
    "shared.stores", "shared.journal", "shared.mapping", "shared.shopify", "shared.business_central", "shared.privacy",
    "functions.portal.rendering", "functions.portal.csv_lists",
}
NO_WEBHOOK_NEEDS = NOBODY_NEEDS | {
    "shared.business_central", "shared.mapping", "shared.shopify.client", "shared.shopify.reading",
    "shared.shops.card_rules", "shared.sync.run", "shared.sync.record_type", "functions.portal.rendering",
}
PACKAGES_ALONE = {"shared.admin", "shared.to_business_central"}
"""Of these no module that does something is loaded."""
MOST_OF_OURS = {REGISTERING: 67, FIRST_WEBHOOK: 146}
"""Modules of shared and functions. A new file with triggers is one more; anything else is to be imported when used."""


@pytest.fixture(scope="module", params=[REGISTERING, FIRST_WEBHOOK], ids=["registering", "first webhook"])
def program(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def loaded(program: str) -> set[str]:
    """What such a process has loaded."""
    listing = "import json; print(json.dumps(list(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", AS_SHIPPED + program + listing], cwd=ROOT, env={}, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return set(json.loads(done.stdout))


def test_nothing_is_loaded_that_is_not_needed(program: str, loaded: set[str]) -> None:
    unneeded = NO_REGISTRATION_NEEDS if program == REGISTERING else NO_WEBHOOK_NEEDS

    assert sorted(name for name in loaded if belongs(name, unneeded)) == []
    assert sorted(name for name in loaded if belongs(name, PACKAGES_ALONE) and name not in PACKAGES_ALONE) == [
        "shared.to_business_central.set_up_steps"]


def test_the_number_of_our_modules_is_kept(program: str, loaded: set[str]) -> None:
    assert len([name for name in loaded if belongs(name, {"shared", "functions"})]) <= MOST_OF_OURS[program]
