"""What there is to do, and whether it must be done: scan, traces, tasks. Knows nothing of doit."""
