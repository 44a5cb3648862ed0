"""Run by azd after it provisioned: has the app's Key Vault references read anew, and lets new roles spread.

A role takes minutes until it works everywhere. The first reading of the references can come too early, and is then
repeated a day later only; the upload of the package can end with 403 (azure-dev#8026). Sources: Microsoft Learn, "Use
Key Vault references as app settings" (refresh), "Web Apps - Get App Settings Key Vault References" (status) and
"Troubleshoot Azure RBAC" (ten minutes at most). Border: the Azure CLI; whatever it refuses or answers is told and stops
nothing, since /api/health tells the same.
"""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

REFRESH = "config/configreferences/appsettings/refresh?api-version=2022-03-01"
STATES = "config/configreferences/appsettings?api-version=2022-03-01"
ROLES = "providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01"
TRIES, PAUSE_SECONDS = 20, 15
SPREAD_SECONDS = 120
"""How old a role should be before the package is uploaded; azure-dev#8026 speaks of one minute."""
FINAL = frozenset({"Resolved", "SecretNotFound"})
"""States that waiting does not change."""

Az = Callable[[str, str], Any]
"""An ARM call: (method, address below /subscriptions) -> what was answered."""


class Refused(Exception):
    """The Azure CLI is missing, did not do what it was asked, or answered no JSON; the text says why."""


def refreshed(az: Az, app: str, sleep: Callable[[float], None]) -> dict[str, str]:
    """Have every reference read anew until it can be; those that cannot: setting -> state."""
    unresolved: dict[str, str] = {}
    for left in reversed(range(TRIES)):
        az("post", f"{app}/{REFRESH}")
        states = {one["id"].rpartition("/")[2]: one["properties"].get("status", "")
                  for one in az("get", f"{app}/{STATES}")["value"]}
        unresolved = {name: state for name, state in states.items() if state != "Resolved"}
        if FINAL.issuperset(unresolved.values()) or not left:
            break
        sleep(PAUSE_SECONDS)
    return unresolved


def youngest_role(az: Az, group: str) -> datetime | None:
    """When the newest role of an identity was given in the resource group."""
    given = [one["properties"] for one in az("get", f"{group}/{ROLES}")["value"]]
    times = [_time(one["createdOn"]) for one in given
             if one["principalType"] == "ServicePrincipal" and one["scope"].lower().startswith(group.lower() + "/")]
    return max(times, default=None)


def after_provision(az: Az, environment: Mapping[str, str], now: datetime, sleep: Callable[[float], None]) -> None:
    """Do both, and tell what came of it."""
    subscription, name = environment["AZURE_SUBSCRIPTION_ID"], environment["AZURE_RESOURCE_GROUP"]
    group = f"/subscriptions/{subscription}/resourceGroups/{name}"
    unresolved = refreshed(az, f"{group}/providers/Microsoft.Web/sites/{environment['FUNCTIONS_NAME']}", sleep)
    for name, state in unresolved.items():
        print(f"{name} cannot be read from Key Vault ({state}). What to do: docs/first-hour.md.")
    given = youngest_role(az, group)
    wait = SPREAD_SECONDS - (now - given).total_seconds() if given else 0
    if wait > 0:
        print(f"New roles are given {wait:.0f} seconds to spread, or the upload of the package would be refused.")
        sleep(wait)


def azure_cli(method: str, address: str) -> Any:
    """An ARM call by the Azure CLI, as whoever is signed in to it. Raises Refused."""
    program = shutil.which("az")
    if program is None:
        raise Refused("the Azure CLI (az) is not installed")
    try:
        # In the machine's own encoding or not: a letter that cannot be read is no reason to stop.
        done = subprocess.run([program, "rest", "--method", method, "--url", address, "--output", "json"],
                              capture_output=True, text=True, errors="replace")
    except OSError as why:
        raise Refused(f"the Azure CLI (az) cannot be started: {why}") from why
    if done.returncode:
        raise Refused((done.stderr.strip().splitlines() or ["az said nothing"])[-1])
    try:
        return json.loads(done.stdout or "null")
    except ValueError:
        raise Refused(f"az answered {done.stdout.strip()[:80]!r}, which is no JSON") from None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)


def told(why: object) -> None:
    """Say that not everything was done; how far it came, only Azure knows."""
    said = str(why).encode("ascii", "backslashreplace").decode()  # a terminal may be unable to show more
    print(f"Key Vault references were not read anew, or new roles not waited for ({said}). "
          "What to do: docs/first-hour.md.")


def main() -> int:
    """Exit code: always 0, because what was provisioned is there."""
    try:
        after_provision(azure_cli, os.environ, datetime.now(UTC), time.sleep)
    except Refused as why:
        told(why)
    except (LookupError, TypeError, AttributeError, ValueError) as odd:
        told(f"Azure or azd gave something else than expected: {odd!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
