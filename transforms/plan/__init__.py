"""What a build would do: pure functions over the graph of transforms."""
