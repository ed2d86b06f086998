"""Temporary files that go when nobody holds them any more."""

from __future__ import annotations

import os
import tempfile
import weakref
from pathlib import Path


class Spool:
    """A temporary file; it is deleted with this object, at the latest when the program ends."""

    def __init__(self) -> None:
        handle, name = tempfile.mkstemp(prefix="etl-")
        os.close(handle)
        self.path = Path(name)
        weakref.finalize(self, self.path.unlink, missing_ok=True)
