"""What a transform declares: frozen facts about its inputs, outputs and function, and no I/O."""
