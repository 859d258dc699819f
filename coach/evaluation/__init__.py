"""Evaluation: the coach on the held-out sets of `evals/`, as figures held against gates."""
