"""The mapping language: YAML with positions, its shape, and what is wrong with a file."""

from etl.mapping.load import Mapping, load_mapping
from etl.mapping.source_spec import SourceSpec
from etl.mapping.spec import EntrySpec, MappingSpec, Step, ValueSpec

__all__ = [
    "EntrySpec",
    "Mapping",
    "MappingSpec",
    "SourceSpec",
    "Step",
    "ValueSpec",
    "load_mapping",
]
