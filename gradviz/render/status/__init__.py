"""What has happened to each node and box at the cursor."""
