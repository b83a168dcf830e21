"""Taking over a tree of manifests that another tool made."""
