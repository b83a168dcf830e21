"""Publishing an approved plan, going back, and copies to keep."""
