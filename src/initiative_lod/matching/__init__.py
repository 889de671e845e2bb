"""Matching: what two graphs call the same. Labels made comparable, an index, scores, proposals, reconciliation."""
