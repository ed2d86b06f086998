"""The nouns: frozen words that every room speaks. Standard library only."""

from etl.model.change import Change, Links, Outcome, Status
from etl.model.chunk import Chunk, Conventions, TableInfo
from etl.model.connection import Connection, Secret
from etl.model.plan import EntryPlan, LinkPolicy, OnMissing
from etl.model.ports import (
    Capabilities,
    MakeRequest,
    Precedence,
    RequestCounts,
    Source,
    Target,
    Transformed,
    Transformer,
)
from etl.model.problem import Problem, Severity
from etl.model.record import LinkMode, LinkRefs, Record, Ref, RefKind, Reject, Scalar, Value
from etl.model.schema import EntitySchema, Kind, Property

__all__ = [
    "Capabilities",
    "Change",
    "Chunk",
    "Connection",
    "Conventions",
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
    "Precedence",
    "Problem",
    "Property",
    "Record",
    "Ref",
    "RefKind",
    "Reject",
    "RequestCounts",
    "Scalar",
    "Secret",
    "Severity",
    "Source",
    "Status",
    "TableInfo",
    "Target",
    "Transformed",
    "Transformer",
    "Value",
]
