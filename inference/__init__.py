"""Chart text in, proposed codes out. Knows nothing of people, worklists or screens."""
