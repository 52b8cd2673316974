"""The rows of the code book, one file for each idea."""

from medcode.codebook.models.codes import Code, Note
from medcode.codebook.models.editions import CodeSystem, Release, Table, TableEdition
from medcode.codebook.models.edits import AddOn, Conversion, Mue, PoaExempt, PtpEdit
from medcode.codebook.models.groups import DrgWeight, HccMapping
from medcode.codebook.models.indexes import IndexEntry, PcsDefinition, PcsRow

__all__ = [
    "AddOn",
    "Code",
    "CodeSystem",
    "Conversion",
    "DrgWeight",
    "HccMapping",
    "IndexEntry",
    "Mue",
    "Note",
    "PcsDefinition",
    "PcsRow",
    "PoaExempt",
    "PtpEdit",
    "Release",
    "Table",
    "TableEdition",
]
