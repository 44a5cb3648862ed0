"""Which triggers and bindings the host has: HTTP and timers by itself, all others from the extension bundle.

Rules: Microsoft Learn, "Azure Functions extension bundles" and "Azure Functions Flex Consumption plan hosting" (apps
not written in C# need `[4.0.0, 5.0.0)`); the public host (`Azure/azure-functions-host`):
ExtensionBundleConfigurationHelper.cs (a section without a usable id or version keeps the host from starting),
ExtensionBundleManager.cs (the newest version in the range; none: no extensions, and the host goes on), and the words
for a function whose binding is missing. Ranges are NuGet's, "Package versioning". Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from local.functions_host.errors import HostError

BUILT_IN = frozenset({"httpTrigger", "http", "timerTrigger"})
BUNDLE_ID = "Microsoft.Azure.Functions.ExtensionBundle"
FIRST, BEYOND = (4, 0, 0), (5, 0, 0)
"""The versions that Flex Consumption offers: from the first up to, and without, the second."""

_INVALID = "The value of {} property in extensionBundle section of host.json file is invalid or missing."
_PACKAGE_ID = re.compile(r"\w+([.-]\w+)*")
_RANGE = re.compile(r"([\[(])\s*([^,\s]*)\s*(,\s*([^,\s]*)\s*)?([\])])")
_VERSION = re.compile(r"\d+(\.\d+){0,3}(-[0-9A-Za-z.-]+)?")
_FLOATING = re.compile(r"\d+(\.\d+){0,2}\.\*|\*")

Version = tuple[int, ...]


class VersionRange(NamedTuple):
    """From `low` to `high` (None: no bound), each included or not."""

    low: Version | None
    low_included: bool
    high: Version | None
    high_included: bool

    def offers(self, first: Version, beyond: Version) -> bool:
        """Whether it takes some version from `first` up to, and without, `beyond`."""
        enough = self.high is None or self.high > first or (self.high == first and self.high_included)
        return enough and (self.low is None or self.low < beyond)


class ExtensionBundle(NamedTuple):
    """`extensionBundle` of host.json: `configured` if the section is there, `found` if a bundle answers to it."""

    configured: bool
    found: bool


NO_BUNDLE = ExtensionBundle(configured=False, found=False)


def read_extension_bundle(host_json: Mapping[str, Any]) -> ExtensionBundle:
    """The bundle that host.json asks for. Raises HostError, in the host's words, when id or version are malformed."""
    if "extensionBundle" not in host_json:
        return NO_BUNDLE
    section = host_json["extensionBundle"]
    section = section if isinstance(section, dict) else {}
    name, version = section.get("id"), section.get("version")
    if not isinstance(name, str) or len(name) > 100 or not _PACKAGE_ID.fullmatch(name):
        raise HostError(_INVALID.format("id"))
    wanted = parse_range(version) if isinstance(version, str) else None
    if wanted is None:
        raise HostError(_INVALID.format("version"))
    return ExtensionBundle(configured=True, found=name == BUNDLE_ID and wanted.offers(FIRST, BEYOND))


def parse_range(text: str) -> VersionRange | None:
    """A range of versions as NuGet writes it, `[4.*, 5.0.0)`; a bare `4.0.0` means that or newer; None for no range."""
    text = text.strip()
    if _is_low(text):
        return VersionRange(_version(text), True, None, False)
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    opening, low, upper, high, closing = found.groups()
    if upper is None:
        exact = opening == "[" and closing == "]" and _VERSION.fullmatch(low)
        return VersionRange(_version(low), True, _version(low), True) if exact else None
    if not (low or high) or (low and not _is_low(low)) or (high and not _VERSION.fullmatch(high)):
        return None
    return VersionRange(
        _version(low) if low else None, opening == "[", _version(high) if high else None, closing == "]"
    )


def in_error(functions: Mapping[str, Collection[str]], bundle: ExtensionBundle) -> dict[str, str]:
    """Of functions with the types of their bindings those that cannot run, by name, each with the host's sentence."""
    if bundle.found:
        return {}
    missing = {name: sorted(set(types) - BUILT_IN) for name, types in functions.items()}
    return {name: _sentence(types, bundle) for name, types in missing.items() if types}


def told(errors: Mapping[str, str]) -> str:
    """The list that the host writes into its log when it starts."""
    lines = [f"{name}: {sentence}" for name, sentence in errors.items()]
    return "\n".join([f"The following {len(errors)} functions are in error:", *lines])


def _sentence(types: list[str], bundle: ExtensionBundle) -> str:
    named = f"The binding type(s) '{', '.join(types)}'"
    if bundle.configured:
        return (f"{named} were not found in the configured extension bundle. Please ensure the type is correct and the "
                "correct version of extension bundle is configured.")
    return f"{named} are not registered. Please ensure the type is correct and the binding extension is installed."


def _is_low(text: str) -> bool:
    return bool(_VERSION.fullmatch(text) or _FLOATING.fullmatch(text))


def _version(text: str) -> Version:
    numbers = [int(part) for part in text.split("-")[0].split(".") if part != "*"]
    return tuple([*numbers, 0, 0, 0][: max(3, len(numbers))])
