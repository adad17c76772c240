"""A stand-in for Pipedrive, small and with a memory, that answers as its documentation says.

API v2 with cursors, v1 where v2 has nothing (users, leads, changelog, recent changes), custom
fields under keys, merges that leave no trace, limits. `break_next` makes an answer fail.
"""

import json
import threading
from datetime import UTC, datetime, timedelta

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)
REGION = "dcf558aac1ae4e8c4f849ba5e668430d8df9be12"
BUDGET = "4a1e4a45fb73a9a3b4a4a1f7f7b0f2e5a6b7c8d9"
OUR_KEY = "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432"
SCORE = "0123456789abcdef0123456789abcdef01234567"
FIELDS = {
    "dealFields": [
        ("title", "Title", "varchar", None),
        ("label_ids", "Label", "set", [{"id": 1, "label": "تجديد"}, {"id": 2, "label": "New"}]),
        (REGION, "المنطقة", "enum", [{"id": 31, "label": "الرياض"}, {"id": 32, "label": "جدة"}]),
        (BUDGET, "Budget", "monetary", None),
        (OUR_KEY, "Counterpoise key", "varchar", None),
        (SCORE, "Score", "double", None),
    ],
    "organizationFields": [("name", "Name", "varchar", None)],
    "personFields": [("name", "Name", "varchar", None)],
    "productFields": [("name", "Name", "varchar", None)],
}
STAGES = {1: "مؤهل", 2: "التفاوض", 3: "Contract"}
V2 = {"deals", "persons", "organizations", "activities", "products"}
RECENT = {"person": "persons", "organization": "organizations", "activity": "activities"}
NUMBERS = {"value", "stage_id", "owner_id", "person_id", "org_id", "probability"}
CHANGES = {"stage_id", "status", "value", "owner_id", "expected_close_date", "probability"}


class PipedriveServer:
    """now: the clock of Pipedrive. left: requests that are left of the window. hidden: what this
    user may not list."""

    def __init__(self):
        self.now, self.numbers, self.left = BEGIN, 0, None
        self.records = {kind: {} for kind in (*V2, "users", "leads")}
        self.changes, self.hidden, self.asked, self.faults = {}, set(), [], []
        self.valid, self.issued, self.is_revoked = {"key-1"}, 0, False
        self.fields = {name: list(fields) for name, fields in FIELDS.items()}

    def __enter__(self):
        self.server = make_server(
            "127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet
        )
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()

    # What happens in the company.

    def add(self, kind, **values):
        self.numbers += 1
        moment = write_time(self.now)
        record = {"id": self.numbers, "add_time": moment, "update_time": moment}
        record |= {"is_deleted": False, "custom_fields": {}, "label_ids": []}
        if kind == "deals":
            record |= {"status": "open", "stage_id": 1, "pipeline_id": 1, "is_archived": False}
        self.records[kind][self.numbers] = record | values
        return self.numbers

    def change(self, kind, id_, *, at=None, by=7, **values):
        record, moment = self.records[kind][id_], at or self.now
        for name, value in values.items():
            if kind == "deals" and name in CHANGES and record.get(name) != value:
                key = "user_id" if name == "owner_id" else name
                self.changes.setdefault(id_, []).insert(
                    0,
                    {
                        "field_key": key,
                        "old_value": None if record.get(name) is None else str(record[name]),
                        "new_value": None if value is None else str(value),
                        "actor_user_id": by,
                        "time": moment.strftime("%Y-%m-%d %H:%M:%S"),
                        "change_source": "app",
                        "is_bulk_update_flag": False,
                    },
                )
        record |= values | {"update_time": write_time(moment)}

    def remove(self, kind, id_):
        self.change(
            kind, id_, is_deleted=True, **({"status": "deleted"} if kind == "deals" else {})
        )

    def merge(self, kind, gone, kept):
        """What Pipedrive does not say is into which record the other went."""
        self.remove(kind, gone)
        self.change(kind, kept)

    def wait(self, **lapse):
        self.now += timedelta(**lapse)

    def break_next(self, path, status=503, times=1, **headers):
        """The next answers to a call that holds `path` fail."""
        self.faults += [[path, status, headers]] * times

    def expire(self):
        self.valid.clear()

    def revoke(self):
        self.is_revoked = True
        self.expire()

    # What a program is answered.

    def _answer(self, environ, start):
        request = Request(environ)
        self.asked.append(f"{request.method} {request.full_path.rstrip('?')}")
        answer = self._fail(request) or self._let_in(request) or self._route(request)
        if self.left is not None:
            answer.headers["x-ratelimit-remaining"] = str(self.left)
            answer.headers["x-ratelimit-reset"] = "1"
            self.left = max(self.left - 1, 0)
        return answer(environ, start)

    def _fail(self, request):
        for fault in self.faults:
            if fault[0] in f"{request.method} {request.full_path}":
                self.faults.remove(fault)
                return _json({"success": False, "error": "busy"}, fault[1], fault[2])
        return None

    def _let_in(self, request):
        if request.path == "/oauth/token":
            known = request.authorization and request.authorization.password == "secret"
            if not known or self.is_revoked or request.form["refresh_token"] != "refresh":
                return _json({"success": False, "error": "invalid_grant"}, 400)
            self.issued += 1
            self.valid.add(f"token-{self.issued}")
            return _json({"access_token": f"token-{self.issued}", "refresh_token": "refresh"})
        shown = request.headers.get("x-api-token") or request.headers.get("Authorization", "")
        if shown.removeprefix("Bearer ") in self.valid:
            return None
        return _json({"success": False, "error": "unauthorized access"}, 401)

    def _route(self, request):
        version, *parts = request.path.removeprefix("/api").strip("/").split("/")
        if parts[0] in self.hidden:
            return _json({"success": False, "error": "Scope and URL mismatch"}, 403)
        if version == "v1":
            return self._old(request, parts)
        if parts[0] in self.fields:
            return self._page(request, [_describe(*each) for each in self.fields[parts[0]]])
        if parts[0] in ("stages", "pipelines"):
            listed = STAGES if parts[0] == "stages" else {1: "المبيعات"}
            return self._page(request, [{"id": id_, "name": n} for id_, n in listed.items()])
        return self._new(request, *parts)

    def _new(self, request, kind, rest=""):
        if rest == "search":
            return self._search(request, kind)
        if rest not in ("", "archived"):
            return self._one(request, kind, int(rest))
        if request.method == "POST":
            return self._take(kind, None, request.get_json())
        return self._list(request, kind, is_archived=rest == "archived")

    def _old(self, request, parts):
        if parts[0] == "deals":
            return self._page(request, self.changes.get(int(parts[1]), []))
        if parts[0] == "recents":
            kind = RECENT[request.args["items"]]
            since = request.args["since_timestamp"]
            rows = [_tell(request.args["items"], each) for each in self.records[kind].values()]
            return self._by_place(request, [e for e in rows if e["data"]["update_time"] > since])
        return self._by_place(request, list(self.records[parts[0]].values()))

    def _list(self, request, kind, *, is_archived):
        wanted = request.args.get("status", "")
        found = [
            each
            for each in self.records[kind].values()
            if each["is_deleted"] == (wanted == "deleted")
            and each.get("is_archived", False) == is_archived
            and each["update_time"] > request.args.get("updated_since", "")
            and each["update_time"] < request.args.get("updated_until", "9")
        ]
        return self._page(request, found)

    def _one(self, request, kind, id_):
        record = self.records[kind].get(id_)
        if record is None:
            return _json({"success": False, "error": "not found"}, 404)
        if request.method == "PATCH":
            return self._take(kind, id_, request.get_json())
        return _json({"success": True, "data": record})

    def _take(self, kind, id_, asked):
        for name, value in asked.items():
            if name in NUMBERS and isinstance(value, str):
                return _json({"success": False, "error": f"{name} must be a number"}, 400)
        if asked.get("stage_id", 1) not in STAGES:
            return _json({"success": False, "error": "stage_id does not exist"}, 400)
        id_ = id_ or self.add(kind)
        customs = self.records[kind][id_]["custom_fields"] | asked.get("custom_fields", {})
        self.change(kind, id_, **{**asked, "custom_fields": customs})
        return _json({"success": True, "data": self.records[kind][id_]})

    def _search(self, request, kind):
        items = [
            {"item": {"id": each["id"], "custom_fields": list(each["custom_fields"].values())}}
            for each in self.records[kind].values()
            if request.args["term"] in each["custom_fields"].values()
        ]
        return _json({"success": True, "data": {"items": items}})

    def _page(self, request, rows):
        start, limit = int(request.args.get("cursor", 0)), int(request.args["limit"])
        assert limit <= 500
        more = str(start + limit) if start + limit < len(rows) else None
        page = {"success": True, "data": rows[start : start + limit]}
        return _json({**page, "additional_data": {"next_cursor": more}})

    def _by_place(self, request, rows):
        start, limit = int(request.args.get("start", 0)), int(request.args["limit"])
        paging = {"more_items_in_collection": start + limit < len(rows)}
        paging |= {"next_start": start + limit} if paging["more_items_in_collection"] else {}
        page = rows[start : start + limit] or None
        return _json({"success": True, "data": page, "additional_data": {"pagination": paging}})


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *stated):
        pass


def write_time(moment):
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _describe(code, name, type_, options):
    described = {"field_code": code, "field_name": name, "field_type": type_, "options": options}
    return {**described, "is_custom_field": len(code) == 40}


def _tell(item, record):
    moment = record["update_time"].replace("T", " ").removesuffix("Z")
    data = {"update_time": moment, "active_flag": not record["is_deleted"]}
    return {"item": item, "id": record["id"], "data": data}


def _json(content, status=200, headers=None):
    written = json.dumps(content, ensure_ascii=False)
    return Response(written, status, headers, mimetype="application/json")
