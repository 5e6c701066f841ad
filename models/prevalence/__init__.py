"""Prevalence: shares of labels in a feed, corrected for the classifier's own errors."""

from models.prevalence.audit import estimate_audited
from models.prevalence.author import author_posteriors
from models.prevalence.bins import bin_posteriors
from models.prevalence.classes import FOUR_CLASSES, THREE_CLASSES, TWO_CLASSES, collapse_proba
from models.prevalence.estimate import SharesEstimate, Status
from models.prevalence.intervals import Interval, normal_interval, wilson_interval
from models.prevalence.pacc import estimate_shares
from models.prevalence.simplex import project_simplex
from models.prevalence.temperature import TemperatureScaling
from models.prevalence.validation import ValidationStatistics
from models.prevalence.validation_file import COMMERCIAL, Validation

__all__ = [
    "COMMERCIAL",
    "FOUR_CLASSES",
    "THREE_CLASSES",
    "TWO_CLASSES",
    "Interval",
    "SharesEstimate",
    "Status",
    "TemperatureScaling",
    "Validation",
    "ValidationStatistics",
    "author_posteriors",
    "bin_posteriors",
    "collapse_proba",
    "estimate_audited",
    "estimate_shares",
    "normal_interval",
    "project_simplex",
    "wilson_interval",
]
