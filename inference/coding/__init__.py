"""From a named condition to the best billable code: specificity, combinations, and the guidelines' rules."""
