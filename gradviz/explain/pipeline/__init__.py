"""The way of a batch in words: its steps, one plain sentence each."""
