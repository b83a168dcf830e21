"""Contracts: the registry, validation by kind, coverage and scaffolds. Values in, values out."""
