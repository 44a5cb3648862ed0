"""Which queries may run in bulk, and Shopify's words for those that may not.

A query with one to five connections, nested at most twice, selected as ``edges { node }``, each of nodes that
implement Node; a node with a connection below it selects its ``id``; no connection below a plain list; no
top-level ``node``.
Source: recorded refusals; Shopify: Bulk operations, Queries, Operation restrictions. What Shopify says about syntax
errors and about nodes that are none is not recorded: ours stands behind "Invalid bulk query:". Some apps are known
to ask for such connections all the same (orders of tap-shopify 3.13.0 for discountApplications, products of
airbyte-source-shopify 4.3.0 for images), and a shop may be told to take any; a client that keeps to the written rule is
right in either case.
Border: text in; a plan or sentences out.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import GraphQLSchema, GraphQLSyntaxError, get_named_type, is_abstract_type, parse
from graphql.language import OperationDefinitionNode

from local.shopify.plan import Field, Plan
from local.shopify.validation import problems_of

MOST_CONNECTIONS, DEEPEST = 5, 2
NOT_A_QUERY = "Invalid operation type. Only `query` operations are supported."
TOP_LEVEL_NODE = "Bulk queries cannot contain a top level `node` field."
NO_CONNECTION = "Bulk queries must contain at least one connection."
TOO_MANY = f"Bulk queries cannot contain more than {MOST_CONNECTIONS} connections."
TOO_DEEP = f"Bulk queries cannot contain connections with a nesting depth greater than {DEEPEST}."
IN_A_LIST = "Queries that contain a connection field within a list field are not currently supported."
NODES = ("All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: "
         "'{first} {{ edges {{ node {{'. Selecting via 'nodes' is not supported. Invalid connection fields: {all}.")
NO_NODES = "Invalid bulk query: connections must implement the Node interface, these do not: {all}."
WITHOUT_ID = ("The parent 'node' field for a nested connection must select the 'id' field without an alias and must "
              "be of 'ID' return type. Connection fields without 'id': {all}.")


@dataclass(frozen=True)
class Connection:
    """A connection of the query: how deep it is nested, what it hangs on, whether a list is in between."""

    field: Field
    depth: int
    parent: Connection | None
    in_list: bool


def bulk_plan(
    schema: GraphQLSchema, text: str, *, any_connection: bool = False
) -> tuple[Plan | None, list[str]]:
    """The plan of a bulk query, or what keeps it from being one; `any_connection`: also of what is no Node."""
    try:
        tree = parse(text)
    except GraphQLSyntaxError as error:
        return None, [f"Invalid bulk query: {error.message}"]
    operations = [d for d in tree.definitions if isinstance(d, OperationDefinitionNode)]
    if len(operations) != 1 or operations[0].operation.value != "query":
        return None, [NOT_A_QUERY]
    problems = problems_of(schema, tree)
    if problems:
        return None, [f"Invalid bulk query: {problems[0]['message']}"]
    plan = Plan(schema, tree, operations[0], {})
    return plan, _refusals(plan, any_connection)


def _refusals(plan: Plan, any_connection: bool) -> list[str]:
    found = [connection for field in plan.fields for connection in connections(field, 0, None, False)]
    messages = [TOP_LEVEL_NODE] if any(f.name in ("node", "nodes") for f in plan.fields) else []
    if not found:
        return [*messages, NO_CONNECTION]
    if len(found) > MOST_CONNECTIONS:
        messages.append(TOO_MANY)
    if any(c.depth > DEEPEST for c in found):
        messages.append(TOO_DEEP)
    if any(c.in_list for c in found):
        messages.append(IN_A_LIST)
    no_nodes = [c.field.name for c in found if not (any_connection or _gives_nodes(c.field))]
    if no_nodes:
        messages.append(NO_NODES.format(all=", ".join(no_nodes)))
    by_nodes = [c.field.name for c in found if _part(c.field, "nodes")]
    if by_nodes:
        messages.append(NODES.format(first=by_nodes[0], all=", ".join(f"'{name}'" for name in by_nodes)))
    without = list(dict.fromkeys(c.parent.field.name for c in found if c.parent and not _selects_id(c.parent.field)))
    if without and not by_nodes:
        messages.append(WITHOUT_ID.format(all=", ".join(without)))
    return messages


def connections(field: Field, depth: int, parent: Connection | None, in_list: bool) -> Iterator[Connection]:
    """The field when it is a connection, and every connection below it."""
    if field.is_leaf:
        return
    if not field.is_connection:
        for below in fields_of(field):
            yield from connections(below, depth, parent, in_list or (field.is_list and parent is not None))
        return
    here = Connection(field, depth, parent, in_list)
    yield here
    for node in _nodes(field):
        for below in fields_of(node):
            yield from connections(below, depth + 1, here, False)


def fields_of(field: Field) -> list[Field]:
    """What is selected below a field, over all the types its value can have."""
    found: dict[str, Field] = {}
    for concrete in field.selection.candidates():
        for below in field.selection.fields(concrete):
            found.setdefault(below.key, below)
    return list(found.values())


def node_of(connection: Field) -> Field | None:
    """The ``node`` field of ``edges { node }``."""
    edges = _part(connection, "edges")
    return _part(edges, "node") if edges else None


def _nodes(connection: Field) -> list[Field]:
    return [node for node in (node_of(connection), _part(connection, "nodes")) if node]


def _part(field: Field, name: str) -> Field | None:
    return next((f for f in fields_of(field) if f.name == name), None)


def _gives_nodes(connection: Field) -> bool:
    """Whether what it lists implements Node, or some types of it do: media of products are recorded as taken."""
    listed = get_named_type(connection.named.fields["nodes"].type)
    concrete = connection.plan.schema.get_possible_types(listed) if is_abstract_type(listed) else [listed]
    return any(interface.name == "Node" for one in concrete for interface in one.interfaces)


def _selects_id(connection: Field) -> bool:
    return any(f.name == f.key == "id" for node in _nodes(connection) for f in fields_of(node))
