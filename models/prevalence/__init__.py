"""Prevalence: shares of labels in a feed, corrected for the classifier's own errors."""

from models.prevalence.audit import estimate_audited
from models.prevalence.audit_design import Draw, draw_pps, draw_stratified
from models.prevalence.audit_pps import estimate_audited_pps
from models.prevalence.author import author_posteriors
from models.prevalence.bins import bin_posteriors
from models.prevalence.bootstrap import bootstrap_shares
from models.prevalence.change_points import Series, Step, find_change_points
from models.prevalence.classes import FOUR_CLASSES, THREE_CLASSES, TWO_CLASSES, collapse_proba
from models.prevalence.difference import DifferenceInterval, ShareDifference, subtract_independent, subtract_model_based
from models.prevalence.emq import adapt_posteriors, estimate_shares_em
from models.prevalence.estimate import SharesEstimate, Status
from models.prevalence.goodness_of_fit import FitTest, compare_audit_with_model, label_shift_fit
from models.prevalence.intervals import Interval, normal_interval, wilson_interval
from models.prevalence.label_error import label_error_band
from models.prevalence.mix import MixChange, decompose_change
from models.prevalence.pacc import estimate_shares
from models.prevalence.planner import labels_needed
from models.prevalence.shrinkage import Shrunk, shrink
from models.prevalence.simplex import project_simplex
from models.prevalence.temperature import TemperatureScaling
from models.prevalence.validation import ValidationStatistics
from models.prevalence.validation_file import COMMERCIAL, Validation

__all__ = [
    "COMMERCIAL",
    "FOUR_CLASSES",
    "THREE_CLASSES",
    "TWO_CLASSES",
    "DifferenceInterval",
    "Draw",
    "FitTest",
    "Interval",
    "MixChange",
    "Series",
    "ShareDifference",
    "SharesEstimate",
    "Shrunk",
    "Status",
    "Step",
    "TemperatureScaling",
    "Validation",
    "ValidationStatistics",
    "adapt_posteriors",
    "author_posteriors",
    "bin_posteriors",
    "bootstrap_shares",
    "collapse_proba",
    "compare_audit_with_model",
    "decompose_change",
    "draw_pps",
    "draw_stratified",
    "estimate_audited",
    "estimate_audited_pps",
    "estimate_shares",
    "estimate_shares_em",
    "find_change_points",
    "label_error_band",
    "label_shift_fit",
    "labels_needed",
    "normal_interval",
    "project_simplex",
    "shrink",
    "subtract_independent",
    "subtract_model_based",
    "wilson_interval",
]
