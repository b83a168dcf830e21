"""The site: the constellation as a picture, a dashboard, a page per module, star and owner (SPEC section 13).

Values in, files out: `files.site_files` turns a `model.SiteModel` into paths and bytes, and touches no disk.
"""
