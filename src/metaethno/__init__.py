"""metaethno: a reproducible workflow for meta-ethnography."""

__version__ = "0.1.0"
