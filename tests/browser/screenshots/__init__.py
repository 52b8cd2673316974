"""A picture of every state of every screen, taken from a running demo: `make screenshots`."""
