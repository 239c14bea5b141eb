"""The command line: arguments into a call of the engine, and its result into text or JSON."""
