"""The queue: one row per job, which is the job."""
