"""Engines read pinned datasets and stage frames; each is imported only when a job needs it."""
