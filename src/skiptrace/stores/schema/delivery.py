"""What was told to which sink, and what still has to be."""
