"""Keeps the API's document in docs/reference, and says what a change of it would break.

`python -m tests.stored_openapi` writes it, but refuses to take anything away from programs unless
the version's first number was raised.
"""

import json
import sys
from pathlib import Path

STORED = Path(__file__).parents[1] / "docs" / "reference" / "openapi.json"


def read_current():
    from counterpoise.web.api.application import api
    from counterpoise.web.api.openapi import describe

    return describe(api)


def write(document):
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def find_breaks(old, new):
    """What programs written for the old document would miss in the new one, in words."""
    if _major(old) != _major(new):
        return []
    breaks = []
    for path, methods in old["paths"].items():
        for method, before in methods.items():
            where = f"{method.upper()} {path}"
            after = new["paths"].get(path, {}).get(method)
            if after is None:
                breaks.append(f"{where} is gone")
            else:
                breaks += _compare_operations(where, before, after, old, new)
    return breaks


def _compare_operations(where, before, after, old, new):
    yield from _compare_parameters(where, before, after, old, new)
    yield from _compare_bodies(where, before, after, old, new)
    yield from _compare_answers(where, before, after, old, new)


def _compare_parameters(where, before, after, old, new):
    known = {(each["in"], each["name"]): each for each in before["parameters"]}
    now = {(each["in"], each["name"]): each for each in after["parameters"]}
    for key, each in known.items():
        if key not in now:
            yield f"{where}: parameter {key[1]} is gone"
        else:
            place = f"{where} {key[1]}"
            yield from _compare_sent(place, each["schema"], now[key]["schema"], old, new)
    for key, each in now.items():
        if each["required"] and not known.get(key, {"required": False})["required"]:
            yield f"{where}: parameter {key[1]} is required now"


def _compare_bodies(where, before, after, old, new):
    if "requestBody" in after and "requestBody" not in before:
        yield f"{where}: a body is required now"
    now = after.get("requestBody", {}).get("content", {})
    for kind, sent in before.get("requestBody", {}).get("content", {}).items():
        if kind not in now:
            yield f"{where}: {kind} is taken no more"
        else:
            place = f"{where} body"
            yield from _compare_sent(place, sent["schema"], now[kind]["schema"], old, new)


def _compare_answers(where, before, after, old, new):
    for status, answer in before["responses"].items():
        if status not in after["responses"]:
            if status < "400":
                yield f"{where}: status {status} is gone"
            continue
        now = after["responses"][status].get("content", {})
        for kind, said in answer.get("content", {}).items():
            if kind not in now:
                yield f"{where} {status}: {kind} is answered no more"
            else:
                place = f"{where} {status}"
                yield from _compare_said(place, said["schema"], now[kind]["schema"], old, new)


def _compare_said(where, before, after, old, new, depth=0):
    """In an answer nothing may go away, change its type or become null."""
    before, after = _resolve(before, old), _resolve(after, new)
    if depth > 12:
        return
    if not _types(before) >= _types(after):
        yield f"{where}: {sorted(_types(before))} has become {sorted(_types(after))}"
    if "enum" in before and not set(before["enum"]) >= set(after.get("enum", [object()])):
        yield f"{where}: values outside {before['enum']} can come"
    for name, each in before.get("properties", {}).items():
        now = after.get("properties", {}).get(name)
        if now is None:
            yield f"{where}: field {name} is gone"
        else:
            yield from _compare_said(f"{where}.{name}", each, now, old, new, depth + 1)
    for inner in ("items", "additionalProperties"):
        if isinstance(before.get(inner), dict) and isinstance(after.get(inner), dict):
            yield from _compare_said(f"{where}[]", before[inner], after[inner], old, new, depth + 1)
    for one, other in zip(before.get("anyOf", []), after.get("anyOf", []), strict=False):
        yield from _compare_said(where, one, other, old, new, depth + 1)


def _compare_sent(where, before, after, old, new, depth=0):
    """What was taken is taken still, and nothing more is asked for."""
    before, after = _resolve(before, old), _resolve(after, new)
    if depth > 12:
        return
    if not _types(after) >= _types(before):
        yield f"{where}: {sorted(_types(before))} has become {sorted(_types(after))}"
    if "enum" in after and not set(after["enum"]) >= set(before.get("enum", [object()])):
        yield f"{where}: only {after['enum']} are taken now"
    for name in set(after.get("required", [])) - set(before.get("required", [])):
        yield f"{where}: field {name} is required now"
    for name, each in before.get("properties", {}).items():
        now = after.get("properties", {}).get(name)
        if now is None:
            yield f"{where}: field {name} is taken no more"
        else:
            yield from _compare_sent(f"{where}.{name}", each, now, old, new, depth + 1)


def _types(schema):
    if "anyOf" in schema:
        return set().union(*(_types(each) for each in schema["anyOf"]))
    return {schema.get("type", "object" if "$ref" in schema else "any")}


def _resolve(schema, document):
    if len(schema.get("allOf", [])) == 1:
        schema = schema["allOf"][0]
    if "$ref" in schema:
        return document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _major(document):
    return document["info"]["version"].partition(".")[0]


def main():
    from counterpoise.store import connection

    connection.start()
    current = read_current()
    if STORED.exists():
        breaks = find_breaks(json.loads(STORED.read_text("utf-8")), current)
        if breaks:
            print("Programs would break; raise VERSION in web/api/openapi.py:", *breaks, sep="\n- ")
            sys.exit(1)
    STORED.write_text(write(current), "utf-8")
    print(STORED)


if __name__ == "__main__":
    import os

    os.environ.setdefault("COUNTERPOISE_SECRET_KEY", "a key of the document")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterpoise.web.settings")
    main()
