"""What a run did, for people (a table) and for programs (a JSON object)."""
from __future__ import annotations

from typing import Any

COLUMNS = ("read", "created", "updated", "unchanged", "skipped")


def as_json(run: dict[str, Any]) -> dict[str, Any]:
    """The run with one entry a type; types without records are there with zeros."""
    types = {type: run["counts"].get(type, {}) for type in run["types"]}
    return {
        **{type: {column: counts.get(column, 0) for column in COLUMNS} for type, counts in types.items()},
        "items_created": run["counts"].get("products", {}).get("items_created", 0),
        "seconds": round(run["seconds"], 2),
        "shopify_calls": run["shopify_calls"],
        "shopify_points": run["shopify_points"],
        "throttled": run["throttled"],
        "business_central_calls": run["bc_calls"],
        "business_central_writes": run["bc_writes"],
    }


def as_table(run: dict[str, Any]) -> str:
    """The same as lines of at most 80 characters."""
    summary = as_json(run)
    lines = ["", f"{'':<12}" + "".join(f"{column:>11}" for column in COLUMNS)]
    for type in run["types"]:
        lines.append(f"{type:<12}" + "".join(f"{summary[type][column]:>11}" for column in COLUMNS))
    lines += [
        "",
        f"{summary['items_created']} items created; {summary['seconds']} s; "
        f"Shopify {summary['shopify_calls']} calls, {summary['shopify_points']:g} points; "
        f"Business Central {summary['business_central_calls']} calls",
    ]
    return "\n".join(lines)
