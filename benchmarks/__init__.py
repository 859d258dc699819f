"""Measurements: each prints its figures with their budgets, and writes `results/NAME.json`.

What is compared is measured in pairs, in alternation, so that the machine's noise falls on both.
"""
