"""The mapping language: YAML with positions, its shape, and what is wrong with a file."""

from etl.mapping.groups import GroupText
from etl.mapping.load import Mapping, load_mapping
from etl.mapping.source_spec import SourceSpec
from etl.mapping.spec import EntrySpec, MappingSpec, TableSpec
from etl.mapping.value_spec import Step, TreatmentSpec, ValueSpec
from etl.mapping.wildcard_spec import WildcardSpec

__all__ = [
    "EntrySpec",
    "GroupText",
    "Mapping",
    "MappingSpec",
    "SourceSpec",
    "Step",
    "TableSpec",
    "TreatmentSpec",
    "ValueSpec",
    "WildcardSpec",
    "load_mapping",
]
