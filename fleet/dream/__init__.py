"""Making things up, on purpose."""
