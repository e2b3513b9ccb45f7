"""What code and checks reveal about the columns of a transform's inputs, without data and without running anything."""
