"""What is known of a module before inference: source facts (parsed) and authored facts (YAML)."""
