"""Adoption: from old documents, in whatever shape, to authored facts, with an account of every value (SPEC 11)."""
