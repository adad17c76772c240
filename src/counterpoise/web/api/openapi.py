"""The document of the API (OpenAPI 3.1): every operation, and every status that it can answer."""

import json
from functools import cache
from typing import Any

from ninja import NinjaAPI

from counterpoise.web.api import bodies
from counterpoise.web.api.forms import ProblemAnswer
from counterpoise.web.api.once import KEY, LONGEST_KEY
from counterpoise.web.api.problems import MEDIA_TYPE, TITLES

VERSION = "1.0.0"
"""Raise the first number where something is taken away or means something else."""
ROOT = "api/v1"
DESCRIPTION = (
    "What the pages of Counterpoise do, for programs. Amounts are decimal text, dates ISO 8601,"
    " shares fractions. Every error is a problem (RFC 9457) whose detail says what to do."
)
ALWAYS = (400, 401, 404, 422, 429, 500, 503)
WRITES = frozenset({"post", "put", "patch", "delete"})
Document = dict[str, Any]


@cache
def describe(api: NinjaAPI) -> Document:
    document: Document = json.loads(json.dumps(api.get_openapi_schema(path_prefix=ROOT)))
    document["components"]["schemas"]["Problem"] = ProblemAnswer.model_json_schema(
        mode="serialization", ref_template="#/components/schemas/{model}"
    )
    defined = document["components"]["schemas"]["Problem"].pop("$defs", {})
    document["components"]["schemas"].update(defined)
    document["components"]["responses"] = {
        str(status): _describe_problem(status) for status in TITLES
    }
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    document.pop("servers", None)
    for methods in document["paths"].values():
        for method, operation in methods.items():
            _complete(operation, is_write=method in WRITES)
    return document


def _complete(operation: Document, *, is_write: bool) -> None:
    """Add what every operation has in common and the framework does not know of."""
    statuses = set(ALWAYS)
    if is_write:
        operation["parameters"].append(_describe_key())
        statuses.add(409)
    if "requestBody" in operation:
        statuses |= {413, 415}
        if bodies.MULTIPART in operation["requestBody"]["content"]:
            statuses.add(507)
    if any(each["name"] == "If-Match" for each in operation["parameters"]):
        statuses |= {412, 428}
    for status in sorted(statuses):
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/{status}"}


def _describe_key() -> Document:
    return {
        "in": "header",
        "name": KEY,
        "required": False,
        "description": "A new random text for every new request; the same one, with the same"
        " request, is answered the same and does nothing twice, for 24 hours.",
        "schema": {"type": "string", "pattern": f"^[ -~]{{1,{LONGEST_KEY}}}$"},
    }


def _describe_problem(status: int) -> Document:
    described: Document = {
        "description": TITLES[status][1],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status == 429:
        described["headers"] = {
            "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}
        }
    if status == 401:
        described["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return described
