"""What the demo brings along: sample charts written for this project, and a simulated past."""
