"""Speaking with a model server: client, adapters, meters. What is asked and how answers are read is in `proposers`."""
