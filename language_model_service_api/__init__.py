"""What is said to hosted language models and what they answer, as Foundry code imports it; plain values here."""
