"""What may be logged as an image, plot or table, as the bytes that are stored."""
