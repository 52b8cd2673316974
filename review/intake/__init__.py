"""Readers: each turns one format into `IncomingChart`s, checked in `incoming` alone."""
