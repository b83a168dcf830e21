"""Bytes to values and back, pure: canonical JSON, strict JSON and YAML with positions, JSON Schema."""
