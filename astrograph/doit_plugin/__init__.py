"""doit, and nothing else: loader, backend, checker, reporter, commands. Kept thin, imported lazily."""
