"""Route templates of HTTP functions: what they match, and which one goes first."""

from __future__ import annotations

import re

import pytest

from local.functions_host.errors import HostError
from local.functions_host.routes import find_route, parse_route
from tests.repository import declared_functions


@pytest.mark.parametrize(
    "template, path, expected",
    [
        ("api/shops", "/api/shops", {}),
        ("api/shops", "/API/Shops/", {}),
        ("api/shops", "/api/shops/x", None),
        ("api/shops/{shop}", "/api/shops/a%20b%2Fc", {"shop": "a b%2Fc"}),
        ("api/shops/{shop}", "/api/shops", None),
        ("api/{id?}", "/api", {}),
        ("api/{id=7}", "/api", {"id": "7"}),
        ("api/{id=7}", "/api/8", {"id": "8"}),
        ("api/{*rest}", "/api", {"rest": ""}),
        ("api/{*rest}", "/api/a/b", {"rest": "a/b"}),
        ("api/{id:int}", "/api/-5", {"id": "-5"}),
        ("api/{id:int}", "/api/2147483648", None),
        ("api/{id:long}", "/api/2147483648", {"id": "2147483648"}),
        ("api/{id:guid}", "/api/0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", {"id": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"}),
        ("api/{id:guid}", "/api/0a9a7e1f", None),
        ("api/{on:bool}", "/api/True", {"on": "True"}),
        ("api/{name:alpha}", "/api/abc1", None),
        ("api/{name:length(2,3)}", "/api/abcd", None),
        ("api/{n:range(1,9)}", "/api/9", {"n": "9"}),
        ("api/{n:int:min(5)}", "/api/4", None),
        (r"api/{d:regex(^\d{{4}}$)}", "/api/2026", {"d": "2026"}),
        (r"api/{d:regex(^\d{{4}}$)}", "/api/20261", None),
        ("api/{n:int?}", "/api", {}),
        ("api/order-{id}.json", "/api/order-7.json", {"id": "7"}),
        ("api/{year}-{month}", "/api/2026-11", {"year": "2026", "month": "11"}),
        ("", "/", {}),
    ],
)
def test_a_template_matches_a_path(template: str, path: str, expected: dict[str, str] | None) -> None:
    found = find_route([parse_route("f", template)], "GET", path)

    assert (found[1] if found else None) == expected


@pytest.mark.parametrize(
    "path, winner",
    [
        ("/api/items/new", "a_detail"),
        ("/api/items/a/b", "rest"),
        ("/api/items", "rest"),
        ("/api/other", "Rest_of_all"),
    ],
)
def test_the_function_whose_name_comes_first_answers_however_literal_another_ones_route_is(
    path: str, winner: str
) -> None:
    templates = {"rest": "items/{*rest}", "a_detail": "items/{id}", "list_new": "items/new", "Rest_of_all": "{*all}"}
    for order in (list(templates), list(templates)[::-1]):
        routes = [parse_route(name, f"api/{templates[name]}") for name in order]

        found = find_route(routes, "GET", path)

        assert found is not None
        assert found[0].function == winner


def test_no_function_of_the_app_answers_at_the_address_of_another_one() -> None:
    """A catch-all, or a parameter where another route has a word, must have the later name."""
    triggers = {name: bindings[0] for name, bindings in declared_functions().items() if "route" in bindings[0]}
    routes = [parse_route(name, one["route"], one["methods"]) for name, one in triggers.items()]

    for name, one in triggers.items():
        path = re.sub(r"\{\*?(\w+)(:\w+)?\}", lambda part: "7" if part[2] else "something", one["route"])
        for method in one["methods"]:
            found = find_route(routes, method, f"/{path}")
            assert found is not None
            assert found[0].function == name, path


def test_a_route_whose_method_does_not_fit_leaves_the_path_to_the_next() -> None:
    routes = [parse_route("a", "x/{id:int}", ["POST"]), parse_route("any", "x/{id}")]

    assert find_route(routes, "post", "/x/1")[0].function == "a"  # type: ignore[index]
    assert find_route(routes, "GET", "/x/1")[0].function == "any"  # type: ignore[index]


@pytest.mark.parametrize("template", ["x/{id:number}", "x/{", "x/{*all}/y", "x/{}", "x/a{*all}"])
def test_a_wrong_template_is_refused_with_its_function(template: str) -> None:
    with pytest.raises(HostError, match="Function f: route"):
        parse_route("f", template)
