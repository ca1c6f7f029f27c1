"""Reporting checklists: their items as tables, and functions that answer each item from the review itself.

The items' numbers and names are those of the published checklists; what an item asks is our paraphrase, and every
table of the reports says so. A program can show that something is there and whole, never that prose is good.
"""

from metaethno.checklists.emerge import answer_emerge
from metaethno.checklists.entreq import answer_entreq
from metaethno.checklists.items import SOURCES, Item, Source, items
from metaethno.checklists.prisma_2020 import answer_prisma_2020
from metaethno.checklists.prisma_s import answer_prisma_s

__all__ = [
    "SOURCES",
    "Item",
    "Source",
    "answer_emerge",
    "answer_entreq",
    "answer_prisma_2020",
    "answer_prisma_s",
    "items",
]
