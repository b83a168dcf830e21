"""One stream of experience out of many signals."""
