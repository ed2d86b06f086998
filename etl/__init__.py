"""Brings tables into AtroCore/AtroPIM and loses nothing."""

__version__ = "0.1.0"
