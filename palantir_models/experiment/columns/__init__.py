"""An experiment as columns: the six tables of the store, and what becomes their rows."""
