"""Mass actions: to 200 records at once; more become a job that waits (372)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.sandbox.errors import Refused
from etl.sandbox.upsert import add_job
from etl.sandbox.values import plan_changes
from etl.sandbox.where import apply_where, conditions

if TYPE_CHECKING:
    from etl.sandbox.records import Records
    from etl.sandbox.store import Row

AT_ONCE = 200
CHUNK = 400
COUNT_OF_MASS_UPDATE = 3  # whatever it did (202, 340, 342)


def _ids(records: Records, name: str, payload: Row) -> list[str]:
    if payload.get("byWhere"):
        where = conditions(payload.get("where"))
        return [row["id"] for row in apply_where(records, records.entity(name), where)]
    return [str(one) for one in payload.get("ids", [])]


def mass_delete(records: Records, name: str, payload: Row) -> Row:
    """POST action/massDelete: how many, and an error per record (336-338, 395)."""
    ids = _ids(records, name, payload)
    if len(ids) > AT_ONCE:
        work = {"action": "delete", "entityName": name, "total": len(ids), "chunkSize": CHUNK}
        job = {"name": "Create jobs for mass delete", "type": "MassActionCreator"}
        add_job(records.installation, {**job, "payload": {**payload, **work, "params": payload}})
        return {"count": len(ids), "sync": False, "errors": []}
    permanently = payload.get("permanently") is True
    together = frozenset(ids)  # a model and its variants may come in any order (407, 410)
    gone: set[str] = set()
    errors: list[str] = []
    for row_id in ids:
        if row_id in gone and not permanently:
            continue
        try:
            gone |= records.removal.delete(name, row_id, permanently=permanently, together=together)
        except Refused as refusal:
            errors.append(f"Error for '{row_id}': {refusal.reason}")
    if errors:
        some = "Some record(s) could not be successfully removed."
        errors.insert(0, some if len(errors) < len(ids) else "No record was removed.")
    return {"count": len(ids), "sync": True, "errors": errors}


def mass_update(records: Records, name: str, payload: Row) -> Row:
    """PUT action/massUpdate: unchecked (202); sets values of linked attributes, too (342)."""
    entity = records.entity(name)
    changes = payload.get("attributes", {})
    done = 0
    for row_id in _ids(records, name, payload):
        row = records.table(name).live(row_id)
        if row is None:
            continue
        columns = {key: value for key, value in changes.items() if key in entity.columns}
        columns["modifiedAt"] = records.installation.now()
        records.table(name).change(row_id, columns)
        if entity.attributes:
            planned = plan_changes(records.installation, name, changes, row_id)
            planned.apply(records.installation, row_id)
        done += 1
    records.installation.attribute_cache.clear()
    return {"count": COUNT_OF_MASS_UPDATE, "ids": [done, [], True]}


def mass_remove_attribute(records: Records, name: str, payload: Row) -> Row:
    """POST action/massRemoveAttribute is a job always (380)."""
    ids = _ids(records, name, payload)
    job = {"name": "Mass remove attribute", "type": "MassRemoveAttribute", "payload": payload}
    return {"count": len(ids), "sync": False, "jobId": add_job(records.installation, job)}
