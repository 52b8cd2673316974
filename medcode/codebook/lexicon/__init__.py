"""Clinical names for codes, as tables (`*.tsv`), and their reader (`tables`)."""
