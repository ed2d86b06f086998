"""The nouns: frozen words that every room speaks. Standard library only."""

from etl.model.change import Change, Links, Outcome, Status
from etl.model.chunk import Chunk, TableInfo
from etl.model.plan import EntryPlan, LinkPolicy, OnMissing
from etl.model.ports import Capabilities, MakeRequest, Source, Target
from etl.model.problem import Problem, Severity
from etl.model.record import LinkMode, LinkRefs, Record, Ref, RefKind, Reject, Scalar, Value
from etl.model.schema import EntitySchema, Kind, Property

__all__ = [
    "Capabilities",
    "Change",
    "Chunk",
    "EntitySchema",
    "EntryPlan",
    "Kind",
    "LinkMode",
    "LinkPolicy",
    "LinkRefs",
    "Links",
    "MakeRequest",
    "OnMissing",
    "Outcome",
    "Problem",
    "Property",
    "Record",
    "Ref",
    "RefKind",
    "Reject",
    "Scalar",
    "Severity",
    "Source",
    "Status",
    "TableInfo",
    "Target",
    "Value",
]
