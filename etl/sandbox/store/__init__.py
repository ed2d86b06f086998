"""Where records are kept: tables in memory, and a journal on disk when there is a folder."""

from etl.sandbox.store.index import Index
from etl.sandbox.store.journal import DataFolderInUse, Journal
from etl.sandbox.store.store import PARENT, Store
from etl.sandbox.store.table import Row, Table

__all__ = ["PARENT", "DataFolderInUse", "Index", "Journal", "Row", "Store", "Table"]
