"""What changes a sample on its way into the batch."""
