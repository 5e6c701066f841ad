"""The analysts' side: fit, evaluate, compare, promote; may be slow, needs scikit-learn."""
