"""Code systems, their dated releases, and the rules between codes."""
