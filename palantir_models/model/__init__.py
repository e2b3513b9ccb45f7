"""Models in the store: declaring them, publishing versions, loading them back."""
