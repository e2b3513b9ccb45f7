"""Models in notebooks and scripts, outside of any transform."""
