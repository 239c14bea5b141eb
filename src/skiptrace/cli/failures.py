"""Errors as one plain line and an exit code."""

from __future__ import annotations

import errno
import traceback
from pathlib import Path

from skiptrace.errors import BadInput, ConfigError, PolicyRefused, SkiptraceError

FAILED, BAD_USAGE, REFUSED = 1, 2, 3


def exit_code(error: BaseException) -> int:
    """0 done, 1 failed, 2 bad usage, 3 refused by a rule."""
    if isinstance(error, PolicyRefused):
        return REFUSED
    return BAD_USAGE if isinstance(error, (BadInput, ConfigError)) else FAILED


def plain_line(error: BaseException) -> str:
    """What went wrong and what to do. The text of an unexpected error is held back: it could quote a person."""
    if isinstance(error, BaseExceptionGroup):
        return plain_line(error.exceptions[0])
    if isinstance(error, SkiptraceError):
        return f"skiptrace: {error}"
    if isinstance(error, OSError):
        return f"skiptrace: {_about_storage(error)}"
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(frame.filename).name}:{frame.lineno}"
    return f"skiptrace: unexpected {type(error).__name__} at {where}; please report it with the output of --verbose"


def _about_storage(error: OSError) -> str:
    name = f"{error.filename}: " if error.filename else ""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"{name}the disk is full: free some space and run the same command again; nothing finished is lost"
    if error.errno == errno.EFBIG:
        return f"{name}the file would be larger than this system allows: raise the limit (ulimit -f) and run again"
    return f"{name}{error.strerror or type(error).__name__}"
