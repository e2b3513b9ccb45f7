"""Reading models and experiments back: versions, what was logged, and how experiments compare."""
