"""The query of a constraint, widened: over the whole graph it finds every node that it could find with ``$this`` bound.

The part of SPARQL that is read is chosen for that: ``$this`` is bound by a triple pattern wherever it is used, a filter
sees only what its group binds, and the query is widened where engines could differ. A filter that comes to an error
counts as passed (and within NOT EXISTS as failed, which SPARQL does anyway).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from initiative_lod.validation.query_reader import QueryReader, Undecidable

#: Functions on which engines agree, with the numbers of their arguments.
_FUNCTIONS = {
    "STR": (1, 1), "LANG": (1, 1), "LANGMATCHES": (2, 2), "SAMETERM": (2, 2), "ISIRI": (1, 1), "ISURI": (1, 1),
    "ISBLANK": (1, 1), "ISLITERAL": (1, 1), "CONTAINS": (2, 2), "STRSTARTS": (2, 2), "STRENDS": (2, 2),
    "STRLEN": (1, 1), "UCASE": (1, 1), "LCASE": (1, 1), "CONCAT": (1, 9), "SUBSTR": (2, 3), "SHA256": (1, 1),
    "REGEX": (2, 2), "REPLACE": (3, 3),
}  # fmt: skip
#: Regular expressions that mean the same to Python and to Oxigraph.
_SAFE_PATTERN = re.compile(r"(?!.*(\(\?|[*+?]{2}))[\w /#:%@!,;=&~()|^$.+*?\[\]-]*", re.ASCII)


def widened(query: str) -> str:
    """The query that finds every ``?this`` at which ``query`` has a solution, and perhaps more. Raises Undecidable."""
    return _Widening(query).read()


@dataclass
class _Scope:
    """The variables of a group: bound in each of its solutions, or in some; and those that its filters use."""

    certain: set[str] = field(default_factory=set)
    possible: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    tested: set[str] = field(default_factory=set)  # by !BOUND
    correlated: set[str] = field(default_factory=set)  # in patterns of its EXISTS
    zero_length: list[tuple[str, str]] = field(default_factory=list)
    has_filter: bool = False


class _Widening(QueryReader):
    """Reads a query and collects what has to be put in to widen it. Anything that it does not know is Undecidable."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._absent = 0  # groups that were turned from NOT EXISTS into OPTIONAL
        self._guards: list[list[str]] = []  # of the filters that are being read
        self._aggregates = False  # whether COUNT may stand here
        self._binding = False  # whether an EXISTS that is read here has to be exact
        self._wide = True  # whether an error counts as passed in the filter that is read

    def read(self) -> str:
        """The widened query."""
        self._expect("SELECT")
        self._accept("DISTINCT")
        projected, counts = self._projection()
        start = self._offset()
        self._accept("WHERE")
        scope = self._group()
        if "this" not in scope.certain or "this" not in projected:
            raise Undecidable("$this is not selected, or not bound by a triple pattern")
        grouped = self._grouping(scope)
        if self._kind() != "end":
            raise Undecidable(f"{self._word()!r} after the pattern")
        if counts and not grouped:
            raise Undecidable("COUNT without GROUP BY $this")
        if grouped and (projected - grouped or scope.has_filter):  # more rows would make other counts
            raise Undecidable("a grouped query that filters, or selects other variables")
        return self._edited(0, len(self._text)) if grouped else "SELECT DISTINCT ?this " + self._edited(start, None)

    def _projection(self) -> tuple[set[str], bool]:
        projected, counts = set(), False
        while True:
            if self._kind() == "variable":
                projected.add(self._variable())
            elif self._accept("("):
                self._aggregates, counts = True, True
                self._count()
                self._aggregates = False
                self._expect("AS")
                self._variable()
                self._expect(")")
            else:
                return projected, counts

    def _grouping(self, scope: _Scope) -> set[str]:
        if not self._accept("GROUP"):
            return set()
        self._expect("BY")
        keys: set[str] = set()
        while self._kind() == "variable":
            keys.add(self._variable())
        if "this" not in keys or keys - scope.certain:
            raise Undecidable("GROUP BY without $this")
        if self._accept("HAVING"):
            having = _Scope(certain=keys, possible=keys)
            self._aggregates = True
            self._filter(having, positive=True)
            self._aggregates = False
            self._resolve(having)
        return keys

    def _group(self, positive: bool = True, simple: bool = False, outer: _Scope | None = None) -> _Scope:
        """A group graph pattern; a ``simple`` one has triple patterns and filters only.

        ``positive`` is False where a solution more makes the whole query have fewer. The filters of a group in OPTIONAL
        or EXISTS see the variables ``outer`` too.
        """
        self._expect("{")
        scope = _Scope()
        absent: list[str] = []
        while not self._accept("}"):
            if self._accept("."):
                continue
            if self._accept("FILTER"):
                scope.has_filter = True
                if simple or not self._at_not_exists():
                    self._filter(scope, positive)
                else:
                    absent.append(self._not_exists(scope))
            elif simple or self._kind() in ("variable", "iri", "name", "number", "string"):
                self._triples(scope)
            elif self._accept("OPTIONAL"):
                self._close_paths(scope)
                self._optional(scope)
            elif self._accept("BIND"):
                self._close_paths(scope)
                self._bind(scope)
            else:
                self._close_paths(scope)
                self._union(scope)
        self._close_paths(scope)
        self._edits.append((self._end() - 1, self._end() - 1, "".join(absent)))
        if outer is None:
            self._resolve(scope)
        return scope

    def _not_exists(self, scope: _Scope) -> str:
        """FILTER NOT EXISTS, taken out; given back as an OPTIONAL part for the end of the group, done there at once."""
        start = self._end() - len("FILTER")
        self._primary(scope, positive=True)
        self._absent += 1
        mark = f"?absent__{self._absent}"
        body = self._edited(self._text.index("{", start), self._end() - 1)
        self._edits.append((start, self._end(), ""))
        return f" OPTIONAL {body} BIND (true AS {mark}) }} FILTER (!BOUND({mark})) "

    def _resolve(self, scope: _Scope) -> None:
        """See that what filters use is bound in every solution."""
        loose = scope.possible - scope.certain
        if scope.used - scope.certain or scope.tested - scope.possible or scope.correlated & loose:
            raise Undecidable("a filter uses a variable that its group does not bind in every solution")

    def _optional(self, scope: _Scope) -> None:
        # Fewer solutions of it let more of the whole through, as its variables are only tested by !BOUND.
        inner = self._group(positive=False, simple=True, outer=scope)
        mentioned = inner.possible | inner.used | inner.correlated
        if ("this" in mentioned and "this" not in scope.certain) or inner.tested:
            raise Undecidable("$this in an OPTIONAL part that comes before it is bound")
        if inner.possible & (scope.possible - scope.certain):
            raise Undecidable("OPTIONAL parts share a variable")
        if (inner.used | inner.correlated & scope.possible) - inner.certain - scope.certain:
            raise Undecidable("a filter of an OPTIONAL part uses a variable that is not bound in every solution")
        scope.possible |= inner.possible
        scope.has_filter |= inner.has_filter

    def _bind(self, scope: _Scope) -> None:
        self._expect("(")
        if self._at_exists():
            self._binding = True
            self._primary(scope, positive=True)
            self._binding = False
        elif self._kind() in ("iri", "name"):
            self._next()
        else:
            raise Undecidable("BIND of anything but EXISTS and an IRI")
        self._expect("AS")
        name = self._variable()
        self._expect(")")
        if name in scope.possible:
            raise Undecidable("BIND to a variable that is in use")
        scope.certain.add(name)
        scope.possible.add(name)

    def _union(self, scope: _Scope) -> None:
        branches = [self._group()]
        while self._accept("UNION"):
            branches.append(self._group())
        for branch in branches:
            if "this" in branch.possible | branch.correlated and "this" not in branch.certain:
                raise Undecidable("$this is not bound in each branch that uses it")
        certain = set.intersection(*(branch.certain for branch in branches))
        possible = set.union(*(branch.possible for branch in branches))
        if (possible - certain) & scope.possible or possible & (scope.possible - scope.certain):
            raise Undecidable("a branch shares a variable that it does not bind in every solution")
        scope.certain |= certain
        scope.possible |= possible
        scope.has_filter |= any(branch.has_filter for branch in branches)

    def _triples(self, scope: _Scope) -> None:
        """The triple patterns of one subject."""
        subject = self._node()
        while True:
            if self._kind() == "variable":
                self._bound(scope, self._variable())
                zero_length = False
            else:
                zero_length = self._alternatives()
            while True:
                value = self._node()
                if zero_length:
                    scope.zero_length.append((subject, value))
                else:
                    for name in (subject, value):
                        self._bound(scope, name)
                if not self._accept(","):
                    break
            if not self._accept(";"):
                return
            if self._kind() == "sign" and self._word() in (".", "}"):
                return

    def _bound(self, scope: _Scope, name: str) -> None:
        if not name:
            return
        if name in scope.possible - scope.certain:
            raise Undecidable("a triple pattern uses a variable of an OPTIONAL part")
        scope.certain.add(name)
        scope.possible.add(name)

    def _close_paths(self, scope: _Scope) -> None:
        """A path of length zero starts at a node that another pattern binds."""
        for one, other in scope.zero_length:
            if one not in scope.certain and other not in scope.certain:
                raise Undecidable("both ends of a path that may have no length are open")
            if "this" in (one, other) and "this" not in scope.certain:
                raise Undecidable("$this is only at an end of a path that may have no length")
            for name in (one, other):
                self._bound(scope, name)
        scope.zero_length.clear()

    def _node(self) -> str:
        """The name of a variable, or "" for a term."""
        kind = self._kind()
        if kind == "variable":
            return self._variable()
        if kind in ("iri", "name") or (kind == "number" and "." not in self._word()):
            self._next()
        elif kind == "string":
            self._string()
        elif not (self._accept("TRUE") or self._accept("FALSE")):
            raise Undecidable(f"{self._word()!r} in a triple pattern")
        return ""

    def _alternatives(self) -> bool:
        """A property path; True where it may have no length."""
        zero_length = self._sequence()
        while self._accept("|"):
            zero_length |= self._sequence()
        return zero_length

    def _sequence(self) -> bool:
        zero_length = self._step()
        while self._accept("/"):
            zero_length &= self._step()
        return zero_length

    def _step(self) -> bool:
        self._accept("^")
        zero_length = False
        if self._accept("("):
            zero_length = self._alternatives()
            self._expect(")")
        elif self._kind() in ("iri", "name") or (self._kind() == "word" and self._word() == "a"):
            self._next()
        else:
            raise Undecidable(f"{self._word()!r} in a property path")
        if self._accept("*") or self._accept("?"):
            return True
        self._accept("+")
        return zero_length

    def _filter(self, scope: _Scope, positive: bool) -> None:
        if self._at_exists():
            self._primary(scope, positive)
            return
        start = self._offset()
        self._guards.append([])
        outer, self._wide = self._wide, positive
        if self._kind() == "word":
            self._primary(scope, positive)
        else:
            self._expect("(")
            self._expression(scope, positive)
            self._expect(")")
        guards = self._guards.pop()
        self._wide = outer
        if positive:
            wide = "".join(f" || COALESCE({guard}, true)" for guard in guards)
            self._edits += [(start, start, "(COALESCE(!!"), (self._end(), self._end(), f", true){wide})")]
        elif guards:
            raise Undecidable("SUBSTR or $ in a filter of NOT EXISTS or OPTIONAL")

    def _expression(self, scope: _Scope, positive: bool) -> None:
        self._conjunction(scope, positive)
        while self._accept("||"):
            self._conjunction(scope, positive)

    def _conjunction(self, scope: _Scope, positive: bool) -> None:
        self._relation(scope, positive)
        while self._accept("&&"):
            self._relation(scope, positive)

    def _relation(self, scope: _Scope, positive: bool) -> None:
        start = self._offset()
        self._sum(scope, positive)
        middle = self._end()
        if any(self._accept(sign) for sign in ("=", "!=")):
            self._sum(scope, positive)
        elif any(self._accept(sign) for sign in ("<=", ">=", "<", ">")):
            sign = self._tokens[self._at - 1][1]
            self._sum(scope, positive)
            if (
                not self._wide
            ):  # an IRI is <= itself for the engine, and an error for others: only numbers have a difference
                left, right = self._edited(start, middle), self._edited(middle, self._end()).replace(sign, "", 1)
                self._edits.append((start, self._end(), f"(({left}) - ({right}) {sign} 0)"))
        elif self._word().upper() in ("IN", "NOT") and self._kind() == "word":
            self._accept("NOT")
            self._expect("IN")
            self._arguments(scope, positive)

    def _sum(self, scope: _Scope, positive: bool) -> None:
        self._unary(scope, positive)
        while self._accept("+") or self._accept("-"):
            self._unary(scope, positive)

    def _unary(self, scope: _Scope, positive: bool) -> None:
        if self._accept("!"):
            self._primary(scope, not positive)
        else:
            self._primary(scope, positive)

    def _primary(self, scope: _Scope, positive: bool) -> None:
        kind, word = self._kind(), self._word().upper()
        if self._at_exists():
            turned = self._accept("NOT")
            self._expect("EXISTS")
            self._exists(scope, positive is not turned)
        elif self._accept("("):
            self._expression(scope, positive)
            self._expect(")")
        elif kind == "variable":
            scope.used.add(self._variable())
        elif kind in ("iri", "name", "number"):
            self._next()
        elif kind == "string":
            self._string()
        elif word == "COUNT" and self._aggregates:
            self._count()
        elif word == "BOUND":
            self._next()
            self._expect("(")
            # Of an OPTIONAL part only !BOUND may be asked: where it has fewer solutions, the whole then has more.
            (scope.used if positive else scope.tested).add(self._variable())
            self._expect(")")
        elif word in _FUNCTIONS:
            self._next()
            self._call(word, scope, positive)
        elif not (self._accept("TRUE") or self._accept("FALSE")):
            raise Undecidable(f"{self._word()!r} in an expression")

    def _exists(self, scope: _Scope, positive: bool) -> None:
        guards, self._guards = self._guards, []
        inner = self._group(positive, simple=True, outer=scope)
        self._guards = guards
        if (inner.has_filter and self._binding) or inner.tested:
            raise Undecidable("BIND of an EXISTS with a filter")
        scope.used |= inner.used - inner.certain
        scope.correlated |= inner.possible | inner.correlated

    def _call(self, name: str, scope: _Scope, positive: bool) -> None:
        arguments = self._arguments(scope, positive)
        least, most = _FUNCTIONS[name]
        if not least <= len(arguments) <= most:
            raise Undecidable(f"{name} with {len(arguments)} arguments")
        if name == "SUBSTR":  # from a place before the first, or of less than nothing, engines differ
            limits = zip(arguments[1:], ("< 1", "< 0"), strict=False)
            self._guard(" || ".join(f"({argument}) {limit}" for argument, limit in limits))
        elif name in ("REGEX", "REPLACE"):
            pattern = arguments[1][1:-1] if re.fullmatch(r"\"[^\"]*\"|'[^']*'", arguments[1]) else "\\"
            if not _SAFE_PATTERN.fullmatch(pattern) or "\\" in "".join(arguments[2:]):
                raise Undecidable(f"a pattern of {name} that engines may read differently")
            if "$" in pattern:  # which stands before a last line feed, too, for some
                self._guard(f'CONTAINS({arguments[0]}, "\\n")')

    def _guard(self, condition: str) -> None:
        if not self._guards:
            raise Undecidable("a function outside of a filter")
        self._guards[-1].append(condition)

    def _arguments(self, scope: _Scope, positive: bool) -> list[str]:
        """The texts of arguments in parentheses."""
        self._expect("(")
        found = []
        while True:
            start = self._offset()
            self._expression(scope, positive)
            found.append(self._text[start : self._end()])
            if not self._accept(","):
                self._expect(")")
                return found

    def _count(self) -> None:
        self._expect("COUNT")
        self._expect("(")
        self._expect("DISTINCT")
        self._variable()
        self._expect(")")

    def _at_exists(self) -> bool:
        words = [text.upper() for _, text, _ in self._tokens[self._at : self._at + 2]]
        return words[:1] == ["EXISTS"] or words == ["NOT", "EXISTS"]

    def _at_not_exists(self) -> bool:
        return self._at_exists() and self._word().upper() == "NOT"
