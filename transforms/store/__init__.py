"""The store: Delta tables under one root, and the ledger that commits several of them in one step."""
