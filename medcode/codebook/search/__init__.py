"""Type-ahead over every loaded code system: see docs/adr/0005-code-search.md."""

from medcode.codebook.search.answering import Hit, search
from medcode.codebook.search.indexing import index_release

__all__ = ["Hit", "index_release", "search"]
