"""The engine: rows in, outcomes out, one way; it knows the other rooms by their ports only."""
