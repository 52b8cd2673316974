"""The language model's proposals: what is asked, of which text, and what is read out of the answers."""
