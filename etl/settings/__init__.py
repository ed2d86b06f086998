"""The settings: etl.yaml, `.env`, the environment and the flags, in that order of weight."""

from etl.settings.load import Settings, load_settings

__all__ = ["Settings", "load_settings"]
