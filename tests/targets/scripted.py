"""What a server answers that does as it is told, and a change for it."""

from __future__ import annotations

from collections.abc import Callable

from etl.http.retry import RetryPolicy
from etl.targets.atrocore.births import own_id
from etl.targets.atrocore.target import AtroCore
from tests.http.loopback import Asked, Reply
from tests.targets.world import change

QUICK = RetryPolicy(attempts=3, unclear=2, first=0.001, longest=0.002, jitter=0.0)
METADATA = {
    "entityDefs": {
        "Brand": {
            "fields": {
                "id": {"type": "varchar"},
                "code": {"type": "varchar", "unique": True},
                "name": {"type": "varchar", "required": True},
                "position": {"type": "int"},
            }
        }
    },
    "scopes": {"Brand": {"entity": True}, "Hidden": {"entity": False}},
}
Answers = dict[str, object]
Connect = Callable[..., AtroCore]


BRAND = change("Brand", "b", name="B")
CREATED = {"status": "Created", "stored": True, "entity": {"id": "s1", "code": "b"}}
UPSERT = "MassActions/action/upsert"
THINGS = {
    "entityDefs": {
        "Thing": {
            "fields": {"number": {"type": "varchar"}, "isOn": {"type": "bool"}},
            "links": {
                "tags": {"type": "hasMany", "relationName": "ThingTag", "entity": "Tag"},
                "notes": {"type": "hasMany", "foreign": "thing", "entity": "Note"},
            },
        },
        "ThingTag": {
            "links": {
                "thing": {"type": "belongsTo", "entity": "Thing"},
                "tag": {"type": "belongsTo", "entity": "Tag"},
            }
        },
        "Note": {"fields": {}},
    },
    "scopes": {},
}
FIRST_THING = own_id("Thing", ["number"], ["1"], 0)
THING = change("Thing", {"number": "1"})


def created(asked: Asked) -> Reply:
    """Takes every item as it comes."""
    payloads = [item["payload"] for item in asked.body]
    return Reply(body=[{"status": "Created", "entity": payload} for payload in payloads])
