"""The thin shell round each stage: it opens tables, calls the stage's functions, and writes what they return.

One module per stage, each with `check` (check the decisions and write their canonical copies) and `make` (compute).
A rule calls one of them through `metaethno stage NAME check|make`.
"""
