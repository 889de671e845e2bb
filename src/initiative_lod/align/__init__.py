"""Finding what two graphs call the same: labels made comparable, an index of them, scores, proposals for a person."""
