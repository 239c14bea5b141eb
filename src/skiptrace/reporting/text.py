"""Figures as people read them."""

from __future__ import annotations

from decimal import Decimal


def money(amount: Decimal) -> str:
    """US dollars to the cent, or finer where less than ten cents would vanish."""
    return f"${amount:,.2f}" if amount == 0 or amount >= Decimal("0.10") else f"${amount:,.4f}"


def share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "0%"


def duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
