"""What a Functions app declares: import its function_app.py and read every function with its bindings.

Rules: Microsoft Learn, "Azure Functions Python developer guide" (v2 programming model), and the checks of the
public Python worker (`Azure/azure-functions-python-worker`, functions.py). What the worker refuses is refused here
with the function's name, since in Azure one refused function leaves the app without any. Border: declarations
only; nothing is called.
"""

from __future__ import annotations

import importlib
import inspect
import json
import logging
import sys
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import azure.functions as func
from azure.functions import meta

from local.functions_host.errors import HostError
from local.functions_host.settings import DEFAULT_CONNECTION, resolve_names

TRIGGERS = ("httpTrigger", "timerTrigger", "queueTrigger")
OUTPUTS = ("http", "queue")
RETURN = "$return"

Binding = Mapping[str, Any]


@dataclass(frozen=True)
class RetryPolicy:
    """`@app.retry` as declared: every value is the decorator's text."""

    strategy: str
    max_retry_count: int
    delay_interval: str = "00:00:00"
    minimum_interval: str = "00:00:00"
    maximum_interval: str = "00:00:00"


@dataclass(frozen=True)
class Function:
    """One function of the app: what to call, what starts it and where its outputs go."""

    name: str
    call: Callable[..., Any]
    trigger: Binding
    outputs: tuple[Binding, ...] = ()
    annotations: Mapping[str, Any] = field(default_factory=dict)
    retry: RetryPolicy | None = None
    folder: str = ""

    @property
    def is_async(self) -> bool:
        return inspect.iscoroutinefunction(self.call)

    @property
    def wants_context(self) -> bool:
        return "context" in inspect.signature(self.call).parameters and self.trigger["name"] != "context"

    @property
    def binding_types(self) -> set[str]:
        return {str(binding["type"]) for binding in (self.trigger, *self.outputs)}

    @property
    def returns_output(self) -> bool:
        return any(binding["name"] == RETURN for binding in self.outputs)


def import_app(app_folder: Path) -> func.FunctionApp:
    """Import function_app.py of this folder, as the worker does, and return its one FunctionApp.

    Raises HostError when the file is missing, fails to import, or holds none or several apps.
    """
    path = app_folder / "function_app.py"
    if not path.exists():
        raise HostError(f"There is no function_app.py in {app_folder}.")
    sys.path.insert(0, str(app_folder))
    try:
        module = importlib.import_module("function_app")
    except Exception as error:
        logging.getLogger(__name__).exception("function_app.py could not be imported")
        raise HostError(f"function_app.py could not be imported: {type(error).__name__}: {error}") from error
    found = [name for name, value in vars(module).items() if isinstance(value, func.FunctionRegister)]
    if len(found) != 1:
        count = f"{len(found)} ({', '.join(found)})" if found else "none"
        raise HostError(f"function_app.py must have exactly one FunctionApp at module level; it has {count}.")
    return typing.cast(func.FunctionApp, getattr(module, found[0]))


GROUPS = ("all", "http", "background")
"""Functions that a host may run alone; instead of one of these, the name of a function means that one.

Flex Consumption scales the HTTP functions together, and each of the others on instances of its own ("background" is
all of those). Source: Microsoft Learn, "Azure Functions Flex Consumption plan hosting", per-function scaling.
"""


def of_group(functions: Iterable[Function], group: str) -> list[Function]:
    """Those of one of the groups, or the function of that name."""
    return [each for each in functions if group in ("all", each.name, "http" if _is_http(each) else "background")]


def scale_groups(functions: Iterable[Function]) -> list[str]:
    """The groups that have instances of their own on Flex Consumption."""
    functions = list(functions)
    http = ["http"] if any(_is_http(each) for each in functions) else []
    return [*http, *(each.name for each in functions if not _is_http(each))]


def _is_http(function: Function) -> bool:
    return bool(function.trigger["type"] == "httpTrigger")


def read_functions(app: func.FunctionApp, settings: Mapping[str, str], folder: Path) -> list[Function]:
    """All enabled functions of the app with `%NAME%` resolved.

    Raises HostError when there is none, when one would be refused in Azure, or needs a binding this host lacks.
    """
    try:
        built = app.get_functions()
    except Exception as error:
        raise HostError(f"The functions of the app could not be built: {error}") from error
    if not built:
        raise HostError("The app has no functions: was every blueprint registered, with its functions already in it?")
    functions = [_read(each, settings, folder) for each in built]
    return [each for each in functions if not _is_disabled(each.name, settings)]


def _read(built: Any, settings: Mapping[str, str], folder: Path) -> Function:
    name = built.get_function_name()
    call = built.get_user_function()
    bindings = [_resolved(json.loads(raw), name, settings) for raw in built.get_raw_bindings()]
    triggers = [each for each in bindings if each["type"].endswith("Trigger")]
    others = [each for each in bindings if not each["type"].endswith("Trigger")]
    _refuse_unsupported(name, triggers + others)
    try:
        annotations = typing.get_type_hints(call)
    except Exception as error:
        raise HostError(f"Function {name}: its annotations cannot be resolved: {error}") from error
    function = Function(
        name=name,
        call=call,
        trigger=triggers[0],
        outputs=tuple(others),
        annotations=annotations,
        retry=_retry_policy(built),
        folder=str(folder / name),
    )
    _refuse_what_the_worker_refuses(function)
    return function


def _resolved(binding: dict[str, Any], function: str, settings: Mapping[str, str]) -> Binding:
    try:
        texts = {k: resolve_names(v, settings) for k, v in binding.items() if isinstance(v, str)}
    except HostError as error:
        raise HostError(f"Function {function}: {error}") from error
    return {"connection": DEFAULT_CONNECTION, **binding, **texts}


def _refuse_unsupported(name: str, bindings: list[Binding]) -> None:
    for binding in bindings:
        kind, is_input = binding["type"], binding["direction"] == "IN"
        if kind not in (TRIGGERS if is_input else OUTPUTS):
            direction = "input" if is_input else "output"
            raise HostError(f"Function {name}: the local host has no {direction} binding {kind}.")


def _refuse_what_the_worker_refuses(function: Function) -> None:
    for complaint in _complaints(function):
        raise HostError(f"Function {function.name} would be refused by Azure, and the whole app with it: {complaint}.")


def _complaints(function: Function) -> typing.Iterator[str]:
    parameters = set(inspect.signature(function.call).parameters)
    bound = {each["name"] for each in (function.trigger, *function.outputs)} - {RETURN}
    if function.wants_context:
        parameters.discard("context")
        if getattr(function.annotations.get("context", func.Context), "__name__", "") != "Context":
            yield "parameter context must be annotated func.Context"
    for name in sorted(parameters - bound):
        yield f"parameter {name} has no binding, and not even a default value replaces one"
    for name in sorted(bound - parameters):
        yield f"binding {name} has no parameter"
    yield from _trigger_complaints(function)
    for output in function.outputs:
        yield from _output_complaints(function, output)


def _trigger_complaints(function: Function) -> typing.Iterator[str]:
    name, kind = function.trigger["name"], function.trigger["type"]
    annotation = function.annotations.get(name)
    if annotation is not None and not _accepts(kind, "check_input_type_annotation", annotation):
        yield f"parameter {name} is annotated {annotation!r}, which a {kind} cannot fill"


def _output_complaints(function: Function, output: Binding) -> typing.Iterator[str]:
    name, kind = output["name"], output["type"]
    if name == RETURN:
        annotation = function.annotations.get("return")
        if annotation is not None and not _accepts(kind, "check_output_type_annotation", annotation):
            yield f"its return annotation {annotation!r} does not fit the {kind} output"
        return
    annotation = function.annotations.get(name)
    if annotation is None:
        yield f"output parameter {name} must be annotated func.Out[str]"
    elif typing.get_origin(annotation) is not func.Out or len(typing.get_args(annotation)) != 1:
        yield f"output parameter {name} is annotated {annotation!r} instead of func.Out[str]"
    elif not _accepts(kind, "check_output_type_annotation", typing.get_args(annotation)[0]):
        yield f"output parameter {name}: {annotation!r} does not fit the {kind} output"


def _accepts(kind: str, check: str, annotation: Any) -> bool:
    if annotation in (str, bytes):
        return True
    try:
        return bool(getattr(converter(kind), check)(annotation))
    except TypeError:
        # issubclass() over a union or another form that is not a class: the worker gives up there, too.
        return False


def converter(kind: str) -> Any:
    """The worker's own converter for a type of binding."""
    registry: Any = meta.get_binding_registry()
    return registry.get(kind)


def _retry_policy(built: Any) -> RetryPolicy | None:
    declared = built.get_settings_dict("retry_policy")
    if not declared:
        return None
    known = {key: value for key, value in declared.items() if key in RetryPolicy.__dataclass_fields__ and value}
    return RetryPolicy(**{**known, "max_retry_count": int(known["max_retry_count"])})


def _is_disabled(name: str, settings: Mapping[str, str]) -> bool:
    return settings.get(f"AzureWebJobs.{name}.Disabled", "").lower() in ("1", "true")
