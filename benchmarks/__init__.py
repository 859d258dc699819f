"""Measurements: each prints its figures and the budget they stand against."""
