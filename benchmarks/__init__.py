"""Benchmarks of Astrograph against other build graphs of the same shape; see `benchmarks/README.md`."""
