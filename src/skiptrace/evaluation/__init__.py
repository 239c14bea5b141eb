"""Scorecards: accuracy and calibration against known truth, and fitting of the parameters that they measure."""

from skiptrace.evaluation.scorecard import Scorecard, evaluate

__all__ = ["Scorecard", "evaluate"]
