"""The only code that writes: layout of `build/`, atomic files, state, pins, the lock."""
