from __future__ import annotations
class _N:
    def files(self): return {}
    def summary(self): return {}
def find(*a): return _N()
