"""Authored files as the build meets them: the tree, and CODEOWNERS below it."""
