"""The state: what a target confirmed, under (target, mapping), so that only the rest is sent."""

from etl.state.opener import open_state

__all__ = ["open_state"]
