"""Who may: principals, API keys, idempotency keys, approvals."""
