"""The HTTP door: ``/v1/…``, OpenAPI 3.1, problem+json. It turns requests into calls of the engine and nothing else."""
