"""Keys of subjects, holds, tombstones and checkpoints of the audit chain."""
