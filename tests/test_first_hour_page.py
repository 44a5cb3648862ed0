"""The page of the first hour is held to what it speaks of: outputs of the infrastructure, settings, files, hooks.

Its commands are run by tests/integration/test_docs_commands.py.
"""
from __future__ import annotations

import json
import re

from infra.after_provision import PAUSE_SECONDS, SPREAD_SECONDS, TRIES
from tests.infra.bicep import MAIN, read, resource
from tests.repository import ROOT, declared_functions

PAGE = (ROOT / "docs" / "first-hour.md").read_text()


def test_what_is_asked_of_azd_is_an_output_and_what_is_set_a_parameter() -> None:
    parameters = (ROOT / "infra" / "main.parameters.json").read_text()
    asked = set(re.findall(r"azd env get-value (\w+)", PAGE))
    given = set(re.findall(r"azd env set(?:-secret)? (\w+)", PAGE))

    assert asked
    assert asked <= set(read(MAIN).outputs)
    assert given <= set(re.findall(r"\$\{(\w+)", parameters))


def test_the_waiting_is_as_long_as_the_page_says() -> None:
    assert "up to seven minutes, mostly two" in PAGE
    assert (TRIES * PAUSE_SECONDS + SPREAD_SECONDS) / 60 == 7
    assert SPREAD_SECONDS == 120


def test_there_are_as_many_functions_as_the_page_says() -> None:
    assert "More than a hundred and twenty, those of the portal among them" in PAGE
    assert 120 < len(declared_functions()) < 160


def test_a_removed_vault_keeps_its_name_as_long_as_the_page_says() -> None:
    environments = json.loads((ROOT / "infra" / "environments.json").read_text())

    assert "within seven days" in PAGE
    assert resource("vault", "vault").body["properties"]["softDeleteRetentionInDays"] == 7
    assert {name for name, each in environments.items() if each["purgeProtection"]} == {"production"}


def test_what_the_hooks_print_is_quoted_as_they_print_it() -> None:
    printed = (ROOT / "infra" / "after_provision.py").read_text()

    for words in ("Key Vault references were not read anew", "cannot be read from Key Vault"):
        assert words in PAGE
        assert words in printed
