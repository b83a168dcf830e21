"""Which modules there are: the walk, the path guards, and where an import leads."""
