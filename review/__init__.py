"""The people's work: charts, suggestions, decisions, reports."""
