"""One module for each official file format; the management commands call them."""
