"""Running gates: what each reads, whether it is fresh, what it says."""
