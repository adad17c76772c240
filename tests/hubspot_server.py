"""A stand-in for HubSpot, small and with a memory, that answers as its documentation says.

Lists with cursors, search with its limits and its lag, batches with 207, associations v4, property
history, pipelines, owners, archiving, merges into a new record. `break_next` makes an answer fail.
"""

import json
import threading
from datetime import UTC, datetime, timedelta

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)
MOST_FOUND = 10_000
MERGED = "hs_merged_object_ids"
SCHEMA = {
    "companies": "name domain industry city country hubspot_owner_id annualrevenue",
    "contacts": "firstname lastname email phone jobtitle associatedcompanyid hubspot_owner_id",
    "leads": "hs_lead_name hs_pipeline hs_pipeline_stage hubspot_owner_id",
    "deals": "dealname amount closedate dealstage pipeline hubspot_owner_id deal_currency_code"
    " hs_deal_stage_probability hs_manual_forecast_category hs_is_closed hs_is_closed_won"
    " hs_next_step closed_lost_reason dealtype hs_projected_amount counterpoise_key score",
    "products": "name price hs_sku",
    "line_items": "name quantity price amount hs_product_id",
    "calls": "hs_timestamp hs_call_title hs_call_direction hs_call_duration hs_call_status"
    " hubspot_owner_id",
    "meetings": "hs_timestamp hs_meeting_title hs_meeting_start_time hs_meeting_end_time"
    " hs_meeting_outcome hubspot_owner_id",
    "emails": "hs_timestamp hs_email_subject hs_email_direction hs_email_status hubspot_owner_id",
    "notes": "hs_timestamp hs_note_body hubspot_owner_id",
    "tasks": "hs_timestamp hs_task_subject hs_task_status hs_task_type hubspot_owner_id",
    "tickets": "subject hs_pipeline hs_pipeline_stage hs_ticket_priority hubspot_owner_id",
    "goal_targets": "hs_goal_name hs_target_amount hs_start_datetime hs_end_datetime"
    " hs_kpi_property_name hubspot_owner_id",
}
OWN = {"counterpoise_key", "score"}
CALCULATED = {"hs_projected_amount", "hs_is_closed", "hs_is_closed_won"}
STAGES = {
    "appointmentscheduled": ("موعد محدد", 0.2),
    "1734055": ("التفاوض", 0.6),
    "closedwon": ("Closed Won", 1.0),
    "closedlost": ("Closed Lost", 0.0),
}
TRACKED = {"dealstage", "amount", "closedate", "hubspot_owner_id", MERGED}
TRACKED |= {"hs_deal_stage_probability", "hs_manual_forecast_category", "pipeline"}


class HubSpotServer:
    """now: the clock of HubSpot. hidden: properties, or whole kinds, without a scope for them.
    lag: how long the search does not know a change."""

    def __init__(self):
        self.now, self.numbers, self.lag = BEGIN, 100, timedelta(0)
        self.records = {kind: {} for kind in SCHEMA}
        self.owners, self.links, self.hidden, self.asked, self.faults = [], {}, set(), [], []
        self.valid, self.issued, self.is_revoked = {"pat-1"}, 0, False
        self.vanishing, self.shown, self.next_refresh_token = set(), [], "refresh"
        self.teams = [{"id": "7", "name": "فريق الرياض", "userIds": ["9001"]}]

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

    def add_owner(self, first, last, *, archived=False, type_="PERSON"):
        number = str(5000 + len(self.owners))
        owner = {"id": number, "email": f"{number}@noor.example", "firstName": first}
        owner |= {"lastName": last, "userId": 9000 + len(self.owners), "archived": archived}
        teams = [{"id": "7", "name": "فريق الرياض", "primary": True}]
        self.owners.append({**owner, "type": type_, "teams": teams})
        return number

    def add(self, kind, *, linked=(), **properties):
        """linked: pairs of a kind and an id; the first of a kind is the primary one."""
        self.numbers += 1
        id_ = str(self.numbers)
        held = dict.fromkeys(SCHEMA[kind].split()) | {"hs_object_id": id_, MERGED: None}
        record = {"id": id_, "properties": held, "history": {}, "archivedAt": None}
        record |= {"createdAt": self.now, "changedAt": self.now}
        self.records[kind][id_] = record
        self._set(kind, record, properties, self.now)
        for to, other in linked:
            self.links.setdefault((kind, id_, to), []).append(other)
        return id_

    def change(self, kind, id_, *, at=None, by=None, **properties):
        self._set(kind, self.records[kind][id_], properties, at or self.now, by)

    def archive(self, kind, id_):
        self.records[kind][id_]["archivedAt"] = self.now

    def merge(self, kind, primary, other):
        """A new record, as HubSpot makes one; neither of the two is found any more."""
        gone = [self.records[kind].pop(each) for each in (primary, other)]
        kept = {n: v for n, v in gone[0]["properties"].items() if n not in ("hs_object_id", MERGED)}
        before = [each["properties"][MERGED] for each in gone if each["properties"][MERGED]]
        return self.add(kind, **kept, **{MERGED: ";".join([*before, primary, other])})

    def wait(self, **lapse):
        self.now += timedelta(**lapse)

    def break_next(self, path, status=503, times=1, body=None, **headers):
        """The next answers to a call that holds `path` fail."""
        said = body or {"status": "error", "message": "busy"}
        self.faults += [[path, status, said, headers]] * times

    def expire(self):
        self.valid.clear()

    def revoke(self):
        self.is_revoked = True
        self.expire()

    def _set(self, kind, record, properties, moment, by=None):
        if "dealstage" in properties:
            chance = STAGES[properties["dealstage"]][1]
            properties = {**properties, "hs_deal_stage_probability": str(chance)}
            properties["hs_is_closed"] = "true" if chance in (0, 1) else "false"
            properties["hs_is_closed_won"] = "true" if chance == 1 else "false"
        held = record["properties"]
        for name, value in properties.items():
            if name in TRACKED and held.get(name) != value:
                entry = {"value": value, "timestamp": write_time(moment), "sourceType": "CRM_UI"}
                entry |= {"updatedByUserId": by} if by else {}
                record["history"].setdefault(name, []).insert(0, entry)
        held |= properties
        record["changedAt"] = moment

    # What a program is answered.

    def _answer(self, environ, start):
        request = Request(environ)
        self.asked.append(f"{request.method} {request.full_path.rstrip('?')}")
        answer = self._fail(request) or self._let_in(request) or self._route(request)
        return answer(environ, start)

    def _fail(self, request):
        for fault in self.faults:
            if fault[0] in f"{request.method} {request.full_path}":
                self.faults.remove(fault)
                return _json(fault[2], fault[1], fault[3])
        return None

    def _let_in(self, request):
        if request.path == "/oauth/v1/token":
            shown = request.form["refresh_token"]
            self.shown.append(shown)
            if self.is_revoked or shown not in ("refresh", self.next_refresh_token):
                return _json({"status": "BAD_REFRESH_TOKEN", "message": "revoked"}, 400)
            self.issued += 1
            token = f"token-{self.issued}"
            self.valid.add(token)
            return _json({"access_token": token, "refresh_token": self.next_refresh_token})
        if request.headers.get("Authorization", "").removeprefix("Bearer ") in self.valid:
            return None
        return _json({"status": "error", "category": "EXPIRED_AUTHENTICATION"}, 401)

    def _route(self, request):
        parts = request.path.strip("/").split("/")
        if any(each in self.hidden for each in parts):
            return _json({"status": "error", "category": "MISSING_SCOPES"}, 403)
        routes = {
            "owners": self._list_owners,
            "users": lambda request, parts: _json({"results": self.teams}),
            "properties": self._list_properties,
            "pipelines": self._list_pipelines,
            "associations": self._list_links,
            "objects": self._objects,
        }
        return routes[parts[2]](request, parts[3:])

    def _list_owners(self, request, parts):
        archived = request.args["archived"] == "true"
        return self._page([each for each in self.owners if each["archived"] == archived], request)

    def _list_properties(self, request, parts):
        (kind,) = parts
        names = [*SCHEMA[kind].split(), "hs_object_id", MERGED, _moved(kind), "createdate"]
        return _json({"results": [_describe(each) for each in names if each not in self.hidden]})

    def _list_pipelines(self, request, parts):
        stages = [
            {
                "id": id_,
                "label": label,
                "metadata": {
                    "isClosed": "true" if chance in (0, 1) else "false",
                    "probability": str(chance),
                },
            }
            for id_, (label, chance) in STAGES.items()
        ]
        return _json({"results": [{"id": "default", "label": "المبيعات", "stages": stages}]})

    def _list_links(self, request, parts):
        kind, to = parts[:2]
        results, errors = [], 0
        for each in request.get_json()["inputs"]:
            found = self.links.get((kind, each["id"], to), [])
            errors += not found
            told = [
                {"toObjectId": int(other), "associationTypes": _label(place)}
                for place, other in enumerate(found)
            ]
            if told:
                results.append({"from": {"id": each["id"]}, "to": told[::-1]})
        return _json({"status": "COMPLETE", "results": results}, 207 if errors else 200)

    def _objects(self, request, parts):
        kind, rest = parts[0], parts[1:]
        if not rest:
            archived = request.args.get("archived") == "true"
            held = self.records[kind].values()
            found = [each for each in held if bool(each["archivedAt"]) == archived]
            names = request.args.get("properties", "").split(",")
            return self._page([self._show(kind, each, names) for each in found], request)
        if rest == ["search"]:
            return self._search(kind, request.get_json())
        return self._batch(kind, rest[1], request.get_json())

    def _page(self, rows, request):
        start, limit = int(request.args.get("after", 0)), int(request.args["limit"])
        assert limit <= 100
        answer = {"results": rows[start : start + limit]}
        if start + limit < len(rows):
            answer["paging"] = {"next": {"after": str(start + limit)}}
        return _json(answer)

    def _search(self, kind, asked):
        start = int(asked.get("after", 0))
        if start + asked["limit"] > MOST_FOUND or asked["limit"] > 200:
            return _json({"status": "error", "message": "paging past 10,000"}, 400)
        tests = [each for group in asked["filterGroups"] for each in group["filters"]]
        seen = self.now - self.lag
        found = [
            each
            for each in self.records[kind].values()
            if not each["archivedAt"]
            and each["changedAt"] <= seen
            and all(_matches(kind, each, test) for test in tests)
        ]
        found.sort(key=lambda each: int(each["id"]))
        page = found[start : start + asked["limit"]]
        shown = [self._show(kind, each, asked.get("properties", [])) for each in page]
        return _json({"total": len(found), "results": shown})

    def _batch(self, kind, call, asked):
        inputs = asked["inputs"]
        if call == "read":
            assert len(inputs) <= (50 if asked.get("propertiesWithHistory") else 100)
            found = [self.records[kind].get(each["id"]) for each in inputs]
            kept = [each for each in found if each and not each["archivedAt"]]
            results = [self._show(kind, each, **_told(asked)) for each in kept]
            return _json({"results": results}, 200 if len(kept) == len(found) else 207)
        if any(each["properties"].get("dealstage", "closedwon") not in STAGES for each in inputs):
            return _json({"status": "error", "message": "dealstage is no option"}, 400)
        results, errors = [], []
        for each in inputs:
            record, is_new = self._find(kind, each)
            if record is None:
                errors.append({"message": "not found", "context": {"ids": [each["id"]]}})
                continue
            self._set(kind, record, each["properties"], self.now)
            results.append({**self._show(kind, record, [*each["properties"]]), "new": is_new})
        answer = {"status": "COMPLETE", "results": results, "errors": errors}
        return _json(answer, 207 if errors else 200)

    def _find(self, kind, asked):
        if asked["id"] in self.vanishing:
            return None, False
        if "idProperty" not in asked:
            return self.records[kind].get(asked["id"]), False
        for record in self.records[kind].values():
            if record["properties"].get(asked["idProperty"]) == asked["id"]:
                return record, False
        return self.records[kind][self.add(kind)], True

    def _show(self, kind, record, names, history=()):
        held = {**record["properties"], _moved(kind): write_time(record["changedAt"])}
        held |= {"createdate": write_time(record["createdAt"])}
        held |= {"hs_createdate": held["createdate"]}
        if kind == "deals" and held["amount"]:
            chance = float(held["hs_deal_stage_probability"] or 0)
            held["hs_projected_amount"] = str(float(held["amount"]) * chance)
        shown = {
            "id": record["id"],
            "properties": {name: held.get(name) for name in names if name not in self.hidden},
            "createdAt": write_time(record["createdAt"]),
            "updatedAt": write_time(record["changedAt"]),
            "archived": bool(record["archivedAt"]),
        }
        if record["archivedAt"]:
            shown["archivedAt"] = write_time(record["archivedAt"])
        if history:
            shown["propertiesWithHistory"] = {
                name: record["history"].get(name, []) for name in history
            }
        return shown


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *stated):
        pass


def write_time(moment):
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moved(kind):
    return "lastmodifieddate" if kind == "contacts" else "hs_lastmodifieddate"


def _describe(name):
    return {
        "name": name,
        "type": "number" if "amount" in name else "string",
        "calculated": name in CALCULATED,
        "hubspotDefined": name not in OWN,
        "modificationMetadata": {"readOnlyValue": name in CALCULATED},
    }


def _told(asked):
    return {"names": asked["properties"], "history": asked.get("propertiesWithHistory", ())}


def _label(place):
    kinds = [{"category": "HUBSPOT_DEFINED", "typeId": 341, "label": None}]
    return (
        kinds
        if place
        else [*kinds, {"category": "HUBSPOT_DEFINED", "typeId": 5, "label": "Primary"}]
    )


def _matches(kind, record, test):
    name, sign = test["propertyName"], test["operator"]
    if sign == "HAS_PROPERTY":
        return bool(record["properties"].get(name))
    if name == "hs_object_id":
        held = int(record["id"])
    else:
        held = int(record["changedAt"].timestamp() * 1000)
    value = int(test["value"])
    return {"GT": held > value, "GTE": held >= value, "LTE": held <= value}[sign]


def _json(content, status=200, headers=None):
    written = json.dumps(content, ensure_ascii=False)
    return Response(written, status, headers, mimetype="application/json")
