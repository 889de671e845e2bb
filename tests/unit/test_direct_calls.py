"""Templates that call directly: what they write is what Jinja2's own way of calling writes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from jinja2 import UndefinedError, pass_context, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from markupsafe import Markup

from initiative_lod.locale.messages import Languages
from initiative_lod.locale.templates import environment

Render = Callable[[str], str]


@pass_context
def seen(context: Context, *names: str) -> str:
    """The values of these names in the context, to which those that a loop sets belong."""
    return "|".join(str(context.get(name)) for name in names)


@pass_eval_context
def escaping(context: EvalContext) -> bool:
    return context.autoescape


def called(*args: object, **kwargs: object) -> str:
    return f"{args}{kwargs}"


@pytest.fixture(params=["direct", "own"])
def render(request: pytest.FixtureRequest) -> Render:
    """A template rendered in either way."""
    made = environment("initiative_lod.web")
    if request.param == "own":
        made.context_class = Context
    language = Languages().default
    given = {"seen": seen, "escaping": escaping, "called": called, "words": "<&>", "safe": Markup("<i>")}
    return lambda text: made.from_string(text).render(language=language, lang=language.tag, **given)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ called(1, words, a=2) }}", "(1, &#39;&lt;&amp;&gt;&#39;){&#39;a&#39;: 2}"),
        ("{% macro m(x, y='<') %}<b>{{ x }}{{ y }}</b>{% endmacro %}{{ m(words) }}{{ m(safe, y=safe) }}",
         "<b>&lt;&amp;&gt;&lt;</b><b><i><i></b>"),
        ("{% macro m() %}[{{ caller('<') }}]{% endmacro %}{% call(x) m() %}<b>{{ x }}</b>{% endcall %}",
         "[<b>&lt;</b>]"),
        ("{% macro m() %}{{ varargs|length }}{{ kwargs.a }}{% endmacro %}{{ m(1, 2, a=3) }}", "23"),
        ("{% for item in [1, 2] %}{% set x = item %}{{ seen('x', 'words') }} {% endfor %}",
         "1|&lt;&amp;&gt; 2|&lt;&amp;&gt; "),
        ("{% for row in [[1, [2]]] recursive %}{{ row if row is number else loop(row) }}{% endfor %}", "12"),
        ("{{ escaping() }}{{ _('yes') }}{{ gettext('no') }}", "Trueyesno"),
        ("{{ ngettext('one_document', 'n_documents', 2) }}", "2 documents"),
        ("{{ '{}'.format(words) }}{{ safe.format() }}{{ words.upper() }}", "&lt;&amp;&gt;<i>&lt;&amp;&gt;"),
    ],
)  # fmt: skip
def test_calls_write_the_same(render: Render, template: str, expected: str) -> None:
    assert render(template) == expected


@pytest.mark.parametrize("template", ["{{ nothing() }}", "{{ words.nothing() }}", "{{ caller() }}"])
def test_what_is_not_there_is_not_called(render: Render, template: str) -> None:
    with pytest.raises(UndefinedError):
        render(template)
