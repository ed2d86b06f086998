"""What the paths under /api/v1 do."""

from etl.sandbox.routes.router import Router

__all__ = ["Router"]
