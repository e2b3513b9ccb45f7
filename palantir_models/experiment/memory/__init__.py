"""What was logged and is still in memory: validated, and waiting to be drained."""
