"""What /api/health says of an app whose settings came from Key Vault, did not come yet, or are wrong."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from local.azurite import Azurite
from local.processes import ROOT, Program
from tests.house import TOKEN_KEY

KEY = "local-host-key"
REFERENCE = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/shopify-client-secret)"

StartApp = Callable[..., str]


@pytest.fixture
def start_app(azurite: Azurite, tmp_path: Path) -> Iterator[StartApp]:
    """start_app(**settings): address of the app's HTTP functions, with these settings changed."""
    started: list[Program] = []

    def start(**settings: str) -> str:
        all_settings = {
            "AzureWebJobsStorage": azurite.connection_string, "BC_API_ROOT": "http://127.0.0.1:9/api/v2.0",
            "TOKEN_KEY": TOKEN_KEY, "SYNC_SCHEDULE": "0 0 3 1 1 *", "LOG_PURGE_SCHEDULE": "0 0 2 * * *",
            "SUBSCRIPTION_SCHEDULE": "0 0 3 1 1 *", "EVENT_QUEUE_SCHEDULE": "0 0 3 1 1 *",
            "HEALTH_SCHEDULE": "0 0 3 1 1 *", **settings,
        }
        command = ["local.host", "--app", str(ROOT), "--host-key", KEY, "--functions", "http"]
        program = Program(f"app-{len(started)}", command, tmp_path, all_settings)
        started.append(program)
        return f"{program.wait_until_ready()['url']}/api"

    yield start
    for program in started:
        program.stop()


def test_secrets_that_are_not_read_yet_are_told_apart_from_health_and_from_wrong_settings(start_app: StartApp) -> None:
    waiting = start_app(SHOPIFY_CLIENT_SECRET=REFERENCE, BC_CLIENT_SECRET=REFERENCE)
    health = requests.get(f"{waiting}/health", timeout=30)
    call = requests.get(f"{waiting}/shops", headers={"x-functions-key": KEY, "Accept-Language": "fr"}, timeout=30)

    assert (health.status_code, health.json()["type"]) == (503, "settings-unresolved")
    assert health.json()["detail"] == "not read from Key Vault yet: SHOPIFY_CLIENT_SECRET, BC_CLIENT_SECRET"
    assert "configreferences/appsettings/refresh" in health.json()["fix"]
    assert (call.status_code, call.json()["type"]) == (503, "settings-unresolved")
    assert "relire les références" in call.json()["fix"]

    wrong = requests.get(f"{start_app(BC_CONCURRENCY='6')}/health", timeout=30)
    assert (wrong.status_code, wrong.json()["type"]) == (500, "settings-invalid")

    well = requests.get(f"{start_app(SHOPIFY_CLIENT_SECRET='the value of the secret')}/health", timeout=30)
    assert (well.status_code, well.json()) == (200, {"status": "ok"})


def test_a_webhook_that_comes_meanwhile_is_to_be_sent_again(start_app: StartApp) -> None:
    waiting = start_app(SHOPIFY_CLIENT_SECRET=REFERENCE)

    answer = requests.post(f"{waiting}/webhooks/shopify", data=b"{}", timeout=30)

    assert answer.status_code == 503
