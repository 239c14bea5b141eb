"""Logistic regression with signs: every coefficient may be bound to be non-negative. NumPy only, exact, small."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]


def fit_logistic(
    design: Matrix, labels: Vector, bound: NDArray[np.bool_], *, ridge: float = 1.0, rounds: int = 40
) -> tuple[float, Vector]:
    """(intercept, coefficients) in natural log units that minimise log loss plus ``ridge / 2`` times their squares.

    ``design`` is (rows, columns); coefficients where ``bound`` holds stay at zero or above (projected Newton steps).
    """
    x = np.column_stack((np.ones(len(design)), design))
    bounded = np.concatenate(([False], bound))
    penalty = np.concatenate(([1e-6], np.full(design.shape[1], ridge)))
    share = np.clip(labels.mean(), 1e-6, 1 - 1e-6)
    w = np.zeros(x.shape[1])
    w[0] = np.log(share / (1 - share))
    loss = _loss(x, labels, w, penalty)
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -35, 35)))
        gradient = x.T @ (p - labels) + penalty * w
        free = ~(bounded & (w <= 1e-12) & (gradient > 0))
        inside = x[:, free]
        curvature = inside.T @ (inside * (p * (1 - p))[:, None]) + np.diag(penalty[free] + 1e-9)
        step = np.zeros_like(w)
        step[free] = np.linalg.solve(curvature, gradient[free])
        w, new = _descend(x, labels, w, step, bounded=bounded, penalty=penalty, loss=loss)
        if loss - new < 1e-6 * max(loss, 1.0):
            break
        loss = new
    return float(w[0]), w[1:]


def _descend(
    x: Matrix, labels: Vector, w: Vector, step: Vector, *, bounded: NDArray[np.bool_], penalty: Vector, loss: float
) -> tuple[Vector, float]:
    """Halve the step until it helps; the old point when none does."""
    for halving in range(12):
        trial = w - step * 0.5**halving
        trial = np.where(bounded, np.maximum(trial, 0.0), trial)
        new = _loss(x, labels, trial, penalty)
        if new < loss:
            return trial, new
    return w, loss


def _loss(x: Matrix, labels: Vector, w: Vector, penalty: Vector) -> float:
    eta = x @ w
    return float(np.sum(np.logaddexp(0.0, eta) - labels * eta) + 0.5 * np.sum(penalty * w * w))
