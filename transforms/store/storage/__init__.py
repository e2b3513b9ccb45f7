"""Where a store's bytes lie: a local folder, or a bucket of an object store."""
