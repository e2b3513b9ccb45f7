"""Running jobs: what a compute function is given, and how a job comes to its one commit."""
