"""From staged manifests to a plan, its canary and its approval. Values in, values out."""
