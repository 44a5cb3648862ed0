"""Which HTTP function answers a path: ASP.NET route templates as the Functions host uses them. Pure.

Rules: Microsoft Learn, "Azure Functions HTTP trigger" (customize the HTTP endpoint) and "Routing in ASP.NET Core"
(templates, constraints). Templates know `{id}`, `{id?}`, `{id=default}`, `{id:int}`, `{*rest}` and mixed segments such
as `order-{id}.json`; literals match in any case; a method the function does not take is as if the route did not exist.
Of several templates that match the one whose *function's name* comes first answers, however literal it is: the
Functions host maps its functions by name and asks no precedence. Source: azure-functions-host, FunctionMetadataManager
(OrderBy(Name, OrdinalIgnoreCase)), WebScriptHostHttpRoutesManager; issues 9876 and 3153 there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from local.functions_host.errors import HostError

_NUMBER = r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?"

# name of a constraint -> (value, argument) -> does the value fit
_CONSTRAINTS: dict[str, Callable[[str, str], bool]] = {
    "int": lambda value, _: _is_whole(value) and -(2**31) <= int(value) < 2**31,
    "long": lambda value, _: _is_whole(value) and -(2**63) <= int(value) < 2**63,
    "bool": lambda value, _: value.lower() in ("true", "false"),
    "guid": lambda value, _: bool(re.fullmatch(r"\{?[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?", value)),
    "alpha": lambda value, _: bool(re.fullmatch(r"[A-Za-z]*", value)),
    "decimal": lambda value, _: bool(re.fullmatch(_NUMBER, value)),
    "double": lambda value, _: bool(re.fullmatch(_NUMBER, value)),
    "float": lambda value, _: bool(re.fullmatch(_NUMBER, value)),
    "datetime": lambda value, _: bool(re.fullmatch(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?", value)),
    "length": lambda value, bounds: _within(len(value), bounds),
    "minlength": lambda value, low: len(value) >= int(low),
    "maxlength": lambda value, high: len(value) <= int(high),
    "min": lambda value, low: _is_whole(value) and int(value) >= int(low),
    "max": lambda value, high: _is_whole(value) and int(value) <= int(high),
    "range": lambda value, bounds: _is_whole(value) and _within(int(value), bounds),
    "regex": lambda value, pattern: bool(re.search(pattern, value, re.IGNORECASE)),
    "required": lambda value, _: bool(value),
}


@dataclass(frozen=True)
class Parameter:
    """`{name:constraint(argument)=default}` within a segment."""

    name: str
    constraints: tuple[tuple[str, str], ...]
    default: str | None
    optional: bool

    def accepts(self, value: str) -> bool:
        return all(_CONSTRAINTS[kind](value, argument) for kind, argument in self.constraints)


@dataclass(frozen=True)
class Segment:
    """One part between slashes: a pattern over its text and the parameters that the pattern's groups fill."""

    pattern: re.Pattern[str]
    parameters: tuple[Parameter, ...]
    catch_all: bool = False

    def values(self, text: str) -> dict[str, str] | None:
        match = self.pattern.fullmatch(text)
        if match is None:
            return None
        found = dict(zip((each.name for each in self.parameters), match.groups(), strict=True))
        return found if all(each.accepts(found[each.name]) for each in self.parameters) else None

    def values_when_absent(self) -> dict[str, str] | None:
        """What an omitted last segment stands for: nothing when optional, its default, or None: it must be there."""
        if self.catch_all:
            return {self.parameters[0].name: self.parameters[0].default or ""}
        if len(self.parameters) != 1 or not (self.parameters[0].optional or self.parameters[0].default is not None):
            return None
        only = self.parameters[0]
        return {} if only.default is None else {only.name: only.default}


@dataclass(frozen=True)
class Route:
    """One HTTP function's template, ready to match. No methods means every method."""

    function: str
    segments: tuple[Segment, ...]
    methods: frozenset[str]


def parse_route(function: str, template: str, methods: Iterable[str] = ()) -> Route:
    """The route of a function from its whole template, prefix included. Raises HostError naming what is wrong."""
    try:
        parts = _split(template.strip("/"))
        segments = tuple(_parse_segment(part) for part in parts)
    except ValueError as error:
        raise HostError(f"Function {function}: route {template!r}: {error}.") from error
    if any(each.catch_all for each in segments[:-1]):
        raise HostError(f"Function {function}: route {template!r}: only the last segment can be a catch-all.")
    return Route(function, segments, frozenset(str(method).upper() for method in methods))


def find_route(routes: Iterable[Route], method: str, raw_path: str) -> tuple[Route, dict[str, str]] | None:
    """The route that answers, with its decoded route values; None stands for 404.

    `raw_path` is percent-encoded.
    """
    parts = [_decoded(part) for part in raw_path.strip("/").split("/")] if raw_path.strip("/") else []
    for route in sorted(routes, key=lambda each: each.function.upper()):
        values = match(route, parts)
        if values is not None and (not route.methods or method.upper() in route.methods):
            return route, values
    return None


def match(route: Route, parts: list[str]) -> dict[str, str] | None:
    """The route values when the decoded segments of a path fit the route, else None."""
    catch_all = bool(route.segments) and route.segments[-1].catch_all
    if len(parts) > len(route.segments) and not catch_all:
        return None
    if catch_all and len(parts) >= len(route.segments):
        head = len(route.segments) - 1
        parts = [*parts[:head], "/".join(parts[head:])]
    values: dict[str, str] = {}
    for position, segment in enumerate(route.segments):
        part = parts[position] if position < len(parts) else None
        found = segment.values_when_absent() if part is None else segment.values(part)
        if found is None:
            return None
        values.update(found)
    return values


def _split(template: str) -> list[str]:
    # A slash inside braces belongs to a regex constraint.
    parts = re.findall(r"(?:\{(?:\{\{|\}\}|[^{}])*\}|[^/{}])+", template)
    if "/".join(parts) != template:
        raise ValueError("its braces do not match, or a segment is empty")
    return parts


def _parse_segment(text: str) -> Segment:
    pieces = re.split(r"(\{(?:\{\{|\}\}|[^{}])*\})", text)
    parameters = [_parse_parameter(piece[1:-1]) for piece in pieces[1::2]]
    if not parameters:
        return Segment(re.compile(re.escape(text), re.IGNORECASE), ())
    alone = not any(pieces[0::2])
    catch_all = pieces[1].startswith("{*")
    if catch_all and not alone:
        raise ValueError("a catch-all must be a segment of its own")
    groups = "(.*)" if catch_all else "(.+)" if alone else "(.+?)"
    pattern = "".join(groups if place % 2 else re.escape(piece) for place, piece in enumerate(pieces))
    return Segment(
        re.compile(pattern, re.IGNORECASE | re.DOTALL),
        tuple(parameters),
        catch_all=catch_all,
    )


def _parse_parameter(text: str) -> Parameter:
    shape = re.fullmatch(r"\*{0,2}(\w+)((?::[^:=?(]+(?:\(.*?\))?)*)(?:=(.*)|(\?))?", text)
    if shape is None:
        raise ValueError(f"{{{text}}} is not a parameter")
    name, constraints, default, optional = shape.groups()
    found = re.findall(r":([^:=?(]+)(?:\((.*?)\)(?=:|$))?", constraints)
    for kind, _ in found:
        if kind not in _CONSTRAINTS:
            raise ValueError(f"the constraint {kind!r} does not exist")
    unescaped = tuple((kind, argument.replace("{{", "{").replace("}}", "}")) for kind, argument in found)
    return Parameter(name, unescaped, default, bool(optional))


def _decoded(part: str) -> str:
    # An encoded slash stays encoded, so that it cannot make one segment look like two.
    return "%2F".join(unquote(piece) for piece in re.split("%2[fF]", part))


def _is_whole(value: str) -> bool:
    return bool(re.fullmatch(r"[+-]?\d+", value))


def _within(number: int, bounds: str) -> bool:
    low, _, high = bounds.partition(",")
    return int(low) <= number <= int(high or low)
