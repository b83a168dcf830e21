"""Audit artifacts and the site as targets: what each reads, whether it is fresh, writing it."""
