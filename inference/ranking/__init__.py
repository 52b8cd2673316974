"""Learning which candidates coders keep: labelled charts → a table → weights, calibration and a card.

Nothing here knows of people or of the database: `review.learning` brings the decisions of FINAL charts,
`manage.py train_builtin` is the way in, and `review.actions.adopting` puts a result to use.
"""
