"""To be seen: metrics, structured logs and optional spans. The engine knows nothing of it; ports are wrapped."""
