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
    "table operations a run": 18,
    "table operations a woken run": 17,
    "table operations a scheduled run that reads again": 8,
    "table operations an order among many": 0.225,
    "Shopify calls a run": 1,
    "Shopify calls an order read again": 1,
    "Business Central calls an order": 6,
    "log entries a new order": 8,
}

ASSUMED = {
    "notices an order": 6,
    "bursts of notices an order": 3,
    "scheduled runs that read an order again": 2,
    "seconds a run": 1.0,
    "seconds an order": 0.4,
    "memory GB": 2,
    "telemetry KB an execution": 2,
    "captures an order": 3,
    "KB a capture": 2,
    "KB of rows an order": 2,
    "months captures are kept": 3,
    "KB a log entry": 4,
    "months log entries are kept": 7 / 30,
    "queues": 4,
}

MONTH = 30 * 24 * 3600
TIMERS = {"SYNC": MONTH // 300, "HEALTH": MONTH // 900, "EVENT_QUEUE": MONTH // 60, "SUBSCRIPTION": 720, "PURGE": 30}
SECONDS_BETWEEN_WOKEN_RUNS = 15


VOLUMES = [0, 100, 30_000, 1_000_000]
"""Orders a month: an idle shop, a small one, 1,000 a day, a large one."""


def table_operations(orders: int, woken: float, again: float) -> float:
    """Of a month: each run, what woken runs bring, what scheduled ones read again within the overlap, and notices."""
    return (COUNTED["table operations a run"] * (TIMERS["SYNC"] + woken)
            + COUNTED["table operations a woken run"] * woken
            + COUNTED["table operations a scheduled run that reads again"] * again
            + COUNTED["table operations an order among many"] * orders + 2 * ASSUMED["notices an order"] * orders)


def quantities(orders: int) -> dict[str, float]:
    """What a month with so many orders uses."""
    woken = min(ASSUMED["bursts of notices an order"] * orders, MONTH // SECONDS_BETWEEN_WOKEN_RUNS)
    runs, notices, timers = TIMERS["SYNC"] + woken, ASSUMED["notices an order"] * orders, sum(TIMERS.values())
    executions = timers + runs + notices
    again = min(woken * ASSUMED["scheduled runs that read an order again"], TIMERS["SYNC"])
    busy = timers + runs * ASSUMED["seconds a run"] + orders * ASSUMED["seconds an order"] + min(notices, MONTH)
    return {
        "runs": runs,
        "notices": notices,
        "Shopify calls": (COUNTED["Shopify calls a run"] * runs
                          + COUNTED["Shopify calls an order read again"] * again),
        "Business Central calls": COUNTED["Business Central calls an order"] * orders,
        "executions": executions,
        "GB-s": busy * ASSUMED["memory GB"],
        "table operations": table_operations(orders, woken, again),
        "queue operations": ASSUMED["queues"] * MONTH / 2 + 5 * runs,
        "blob writes": woken + 2 * timers + MONTH / 15,
        "vault operations": runs + 2 * 720,
        "telemetry GB": executions * ASSUMED["telemetry KB an execution"] / 1e6,
        "blob GB": (orders * ASSUMED["captures an order"] * ASSUMED["KB a capture"]
                    * ASSUMED["months captures are kept"] / 1e6),
        "table GB": orders * ASSUMED["KB of rows an order"] * 12 / 1e6,
    }


def with_log(orders: int) -> dict[str, float]:
    """What logging mode All uses more: a batch of rows a run, a blob of bodies a woken run, and entries while kept."""
    used = quantities(orders)
    calls = used["Shopify calls"] + COUNTED["log entries a new order"] * orders
    kept = calls * ASSUMED["KB a log entry"] * ASSUMED["months log entries are kept"] / 1e6
    return {"table operations": used["runs"], "blob writes": used["runs"] - TIMERS["SYNC"], "table GB": kept}


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
    "Shopify calls": "1 a run + 1 for each scheduled run that reads an order again",
    "Business Central calls": "6 an order; together they need 0.15",
    "executions": "timers (55,470) + runs + notices",
    "GB-s": "2 GB x (timers x 1 s + runs x 1 s + orders x 0.4 s + notices x 1 s, at most the month)",
    "table operations": "18 a run + 17 a woken one + 8 a scheduled one that reads again + 0.23 an order + 2 a notice",
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
    more = [sum(costs(dict.fromkeys(one, 0.0) | with_log(orders)).values())
            for orders, one in zip(volumes, used, strict=True)]
    lines.append("| with logging mode *All* | more | " + " | ".join(f"{one:,.2f}" for one in more) + " |")
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
    parser.add_argument("orders", nargs="*", type=int, default=VOLUMES, help="orders a month")
    print(tables(parser.parse_args().orders))


if __name__ == "__main__":
    main()
