"""From what is built to a plan, its canary and its approval."""
