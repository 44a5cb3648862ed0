"""What a month costs in Azure: the sums of docs/cost.md.

    .venv/bin/python -m local.cost [ORDERS …]

PRICES and ASSUMED are what a reader replaces; COUNTED was measured (docs/cost.md says how). Every sum is an upper
bound where the truth depends on chance. Border: arithmetic; nothing is asked of Azure.
"""
from __future__ import annotations

import argparse

PRICES = {
    "GB-s": 0.000026,
    "execution": 0.40 / 1e6,
    "free GB-s": 100_000,
    "free executions": 250_000,
    "table operation": 0.00036 / 1e4,
    "queue operation": 0.004 / 1e4,
    "blob write": 0.05 / 1e4,
    "table GB": 0.045,
    "blob GB": 0.0184,
    "vault operation": 0.03 / 1e4,
    "telemetry GB": 2.76,
    "free telemetry GB": 5,
}
"""US dollars a month, pay as you go."""

COUNTED = {
    "table operations a run": 64,
    "table operations an order": 9,
    "Shopify calls a run": 6,
    "Shopify calls 1,000 orders": 10,
    "Business Central calls an order": 5,
}

ASSUMED = {
    "notices an order": 6,
    "bursts of notices an order": 3,
    "seconds a run": 2.0,
    "seconds an order": 0.4,
    "memory GB": 2,
    "telemetry KB an execution": 2,
    "captures an order": 3,
    "KB a capture": 2,
    "KB of rows an order": 2,
    "months captures are kept": 3,
    "queues": 4,
}

MONTH = 30 * 24 * 3600
TIMERS = {"SYNC": MONTH // 300, "HEALTH": MONTH // 900, "EVENT_QUEUE": MONTH // 60, "SUBSCRIPTION": 720, "PURGE": 30}
SECONDS_BETWEEN_WOKEN_RUNS = 15


def quantities(orders: int) -> dict[str, float]:
    """What a month with so many orders uses."""
    woken = min(ASSUMED["bursts of notices an order"] * orders, MONTH // SECONDS_BETWEEN_WOKEN_RUNS)
    runs, notices, timers = TIMERS["SYNC"] + woken, ASSUMED["notices an order"] * orders, sum(TIMERS.values())
    executions = timers + runs + notices
    busy = timers + runs * ASSUMED["seconds a run"] + orders * ASSUMED["seconds an order"] + min(notices, MONTH)
    return {
        "runs": runs,
        "notices": notices,
        "Shopify calls": (COUNTED["Shopify calls a run"] * runs
                          + COUNTED["Shopify calls 1,000 orders"] * orders / 1000),
        "Business Central calls": COUNTED["Business Central calls an order"] * orders,
        "executions": executions,
        "GB-s": busy * ASSUMED["memory GB"],
        "table operations": (COUNTED["table operations a run"] * runs + COUNTED["table operations an order"] * orders
                             + 2 * notices),
        "queue operations": ASSUMED["queues"] * MONTH / 2 + 5 * runs,
        "blob writes": woken + 2 * timers + MONTH / 15,
        "vault operations": runs + 2 * 720,
        "telemetry GB": executions * ASSUMED["telemetry KB an execution"] / 1e6,
        "blob GB": (orders * ASSUMED["captures an order"] * ASSUMED["KB a capture"]
                    * ASSUMED["months captures are kept"] / 1e6),
        "table GB": orders * ASSUMED["KB of rows an order"] * 12 / 1e6,
    }


def costs(used: dict[str, float]) -> dict[str, float]:
    """US dollars, by what is paid for."""
    return {
        "GB-s": max(0, used["GB-s"] - PRICES["free GB-s"]) * PRICES["GB-s"],
        "executions": max(0, used["executions"] - PRICES["free executions"]) * PRICES["execution"],
        "table operations": used["table operations"] * PRICES["table operation"],
        "queue operations": used["queue operations"] * PRICES["queue operation"],
        "blob writes": used["blob writes"] * PRICES["blob write"],
        "vault operations": used["vault operations"] * PRICES["vault operation"],
        "telemetry GB": max(0, used["telemetry GB"] - PRICES["free telemetry GB"]) * PRICES["telemetry GB"],
        "blob GB": used["blob GB"] * PRICES["blob GB"],
        "table GB": used["table GB"] * PRICES["table GB"],
    }


HOW = {
    "runs": "8,640 scheduled + 3 an order, at most one each 15 s",
    "notices": "6 an order",
    "Shopify calls": "6 a run + 10 a 1,000 orders",
    "Business Central calls": "5 an order; together they need 1.2",
    "executions": "timers (55,470) + runs + notices",
    "GB-s": "2 GB x (timers x 1 s + runs x 2 s + orders x 0.4 s + notices x 1 s, at most the month)",
    "table operations": "64 a run + 9 an order + 2 a notice",
    "queue operations": "4 queues asked every 2 s + 5 a run",
    "blob writes": "captures: one a woken run; the host's locks: every 15 s, and 2 a timer",
    "vault operations": "1 a run + 2 an hour",
    "telemetry GB": "2 KB an execution",
    "blob GB": "3 captures an order of 2 KB, kept 3 months",
    "table GB": "2 KB an order, after a year",
}


def tables(volumes: list[int]) -> str:
    """Quantities, then dollars, as two tables of Markdown."""
    used = [quantities(orders) for orders in volumes]
    paid = [costs(one) for one in used]
    head = " | ".join(f"{orders:,}" for orders in volumes)
    rule = "|---" * (len(volumes) + 2) + "|"
    lines = [f"| a month | reckoned | {head} |", rule]
    for what, how in HOW.items():
        lines.append(f"| {what} | {how} | " + " | ".join(_number(one[what]) for one in used) + " |")
    lines += ["", f"| dollars a month | price | {head} |", rule]
    for what in paid[0]:
        lines.append(f"| {what} | {_price(what)} | " + " | ".join(f"{one[what]:,.2f}" for one in paid) + " |")
    lines.append("| **together** | | " + " | ".join(f"**{sum(one.values()):,.2f}**" for one in paid) + " |")
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"


def _price(what: str) -> str:
    price, free = PRICES[what.removesuffix("s") if what != "GB-s" else what], PRICES.get(f"free {what}")
    shown = f"{price:g} a GB" if what.endswith(" GB") else f"{price * 1e6:g} a million"
    return f"{shown}, {free:,g} free" if free else shown


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("orders", nargs="*", type=int, default=[100, 10_000, 1_000_000], help="orders a month")
    print(tables(parser.parse_args().orders))


if __name__ == "__main__":
    main()
