"""The vendors' own books: what each would invoice, kept apart from anything the caller writes down."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from skiptrace.sandbox.vendors.wire import Asked


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of an invoice. ``request`` is a digest, the same for the same question."""

    provider: str
    product: str
    request: str
    amount: Decimal


def request_digest(provider: str, asked: Asked) -> str:
    """Tells equal requests apart from different ones without keeping them. Credentials do not take part."""
    query = sorted((k, v) for k, v in asked.query.items() if not k.startswith("auth-"))
    return sha256(repr((provider, asked.method, asked.path, query, asked.body)).encode()).hexdigest()[:24]


class Books:
    """Charges in the order in which they fell due."""

    def __init__(self) -> None:
        self.charges: list[Charge] = []

    def enter(self, charge: Charge) -> None:
        self.charges.append(charge)

    def invoice(self) -> dict[str, object]:
        """Per provider: how many requests are charged, the total in US dollars, and the lines."""
        invoice: dict[str, object] = {}
        for provider in sorted({charge.provider for charge in self.charges}):
            lines = [charge for charge in self.charges if charge.provider == provider]
            invoice[provider] = {
                "requests": len(lines),
                "total": str(sum((line.amount for line in lines), Decimal(0))),
                "lines": [
                    {"product": line.product, "request": line.request, "amount": str(line.amount)} for line in lines
                ],
            }
        return invoice
