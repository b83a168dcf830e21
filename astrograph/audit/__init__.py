"""Audit artifacts, reports and the site: values in, text out."""
