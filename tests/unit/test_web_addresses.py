"""Addresses of the web client: what they are made of, and when there is none."""
from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from shared.admin.web_addresses import MENDED_ON, PAGES, address, root_of
from shared.problems import CATALOGUE

API = "https://api.businesscentral.dynamics.com/v2.0"
ROOT = "https://businesscentral.dynamics.com/t/Production"


@pytest.mark.parametrize(("api_root", "given", "root"), [
    (f"{API}/1111-2222/Production/api/v2.0", "", "https://businesscentral.dynamics.com/1111-2222/Production"),
    (f"{API}/Sandbox%20FR/api/v2.0", "", "https://businesscentral.dynamics.com/Sandbox%20FR"),
    (f"{API}/t/Production/api/v2.0", "https://bc.example.com", "https://bc.example.com"),
    ("https://bc.example.com:7048/BC/api/v2.0", "", ""),
    ("https://bc.example.com:7048/BC/api/v2.0", "https://bc.example.com/BC", "https://bc.example.com/BC"),
    ("", "https://bc.example.com/t/Production/?company=CRONUS%20FR&page=9305&dc=0", "https://bc.example.com/t/Production"),
    ("", "https://bc.example.com/BC/?tenant=a&company=X&page=22#top", "https://bc.example.com/BC/?tenant=a"),
    ("", "https://bc.example.com/BC?Tenant=a b", "https://bc.example.com/BC/?Tenant=a+b"),
    ("", "https://bc.example.com/BC/?", "https://bc.example.com/BC"),
    (f"https://evil.example/?x={API}/t/Production/api/v2.0", "", ""),
    (f"{API}/t/Production?x=/api/v2.0", "", ""),
    ("http://127.0.0.1:1/v2.0/t/e/api/v2.0", "", ""), ("", "", ""),
])
def test_the_web_client_is_where_a_setting_says_or_online_beside_the_api(
    api_root: str, given: str, root: str
) -> None:
    assert root_of(api_root, given) == root


@pytest.mark.parametrize("company", ["CRONUS FR", "L'Atelier & Fils", "Café/Thé?#", "=1+1%20", "日本"])
@pytest.mark.parametrize("number", ["C00010", "SO 1&x=1", "A|B*", "100%", "É\"1"])
def test_a_row_is_found_by_its_number_whatever_company_and_number_are_written_with(company: str, number: str) -> None:
    parts = urlsplit(address(ROOT, company, PAGES["customers"], number))

    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{ROOT}/"
    assert parse_qs(parts.query, strict_parsing=True) == {
        "company": [company], "page": ["21"], "filter": [f"'No.' IS '{number}'"]}


def test_the_address_has_microsofts_form() -> None:
    assert address(ROOT, "CRONUS FR", 9305, "101001") == (
        f"{ROOT}/?company=CRONUS%20FR&page=9305&filter=%27No.%27%20IS%20%27101001%27")


@pytest.mark.parametrize("number", ["O'Neil", "'", "1' OR 'x' IS 'y"])
def test_a_number_with_an_apostrophe_leads_to_the_page_without_a_filter(number: str) -> None:
    assert address(ROOT, "CRONUS FR", 21, number) == f"{ROOT}/?company=CRONUS%20FR&page=21"


def test_without_a_page_it_is_the_companys_first_one() -> None:
    assert address(ROOT, "CRONUS FR") == f"{ROOT}/?company=CRONUS%20FR"


def test_a_tenant_of_an_installation_on_premises_stays_in_the_address() -> None:
    assert address("https://bc.example.com/BC/?tenant=a", "CRONUS FR", 22) == (
        "https://bc.example.com/BC/?tenant=a&company=CRONUS%20FR&page=22")


@pytest.mark.parametrize(("root", "company"), [("", "CRONUS FR"), (ROOT, ""), ("", "")])
def test_without_the_companys_name_or_a_web_client_there_is_no_way(root: str, company: str) -> None:
    assert address(root, company, 21, "C00010") == ""


def test_what_is_mended_there_are_problems_that_there_are() -> None:
    assert set(MENDED_ON) <= set(CATALOGUE)
