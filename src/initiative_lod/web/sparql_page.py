"""The page for writing a query and reading its result: a plain form, which needs no script."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from fastapi import Request

#: (request, query that was sent, result as an HTML fragment, error) -> the page.
Page = Callable[[Request, str, str, str], bytes]

EXAMPLE = """SELECT ?number ?zh ?en WHERE {
  ?action a <ontology#Action> ; <ontology#number> ?number ; rdfs:label ?zh , ?en .
  FILTER(LANG(?zh) = "zh" && LANG(?en) = "en")
}
ORDER BY ?number"""


def sparql_page(request: Request, query: str, result: str, error: str) -> bytes:
    """A page that stands alone: the query that was sent, and its ``result`` (HTML from a worker) or an error."""
    shown = query or "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n" + EXAMPLE
    prefix = escape(request.scope.get("root_path", ""))
    message = f'<p class="error" role="alert">{escape(error)}</p>' if error else ""
    return f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>SPARQL</title>
<link rel="stylesheet" href="{prefix}/static/style.css"></head>
<body>
<main>
<h1>SPARQL</h1>
<form action="{prefix}/sparql" method="get">
<p><label for="query">Query</label></p>
<p><textarea id="query" name="query" rows="14" cols="100" spellcheck="false">{escape(shown)}</textarea></p>
<p><label for="format">Format</label> <select id="format" name="_mediatype">
<option value="text/html">table</option>
<option>application/sparql-results+json</option><option>application/sparql-results+xml</option>
<option>text/csv</option><option>text/tab-separated-values</option><option>text/turtle</option>
<option>application/ld+json</option><option>application/rdf+xml</option><option>application/n-triples</option>
</select> <button type="submit">Run</button></p>
</form>
{message}
{result}
</main>
</body>
</html>
""".encode()
