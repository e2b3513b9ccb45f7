"""Systems outside of the store."""
