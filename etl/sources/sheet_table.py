from __future__ import annotations
def open_sheet(file, kind, spec): raise NotImplementedError
