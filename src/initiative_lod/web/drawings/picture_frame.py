"""Frame of a picture that travels: title and source line around a drawing, its card, and the HTML that embeds it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from initiative_lod.web.drawings.filled_markup import filled
from initiative_lod.web.drawings.heat_map import HUE, INK, QUIET, Drawn
from initiative_lod.web.drawings.text_width import wrapped

MARGIN, TITLE_SIZE, SOURCE_SIZE, NARROWEST = 20, 20, 11.5, 560
CARD_WIDTH, CARD_HEIGHT, CARD_WORDS, CARD_MARGIN = 1200, 630, 400, 48  # as programs that make previews want it
_FONT = "system-ui, 'Noto Sans', 'Liberation Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"


def framed(drawn: Drawn, title: str, below: Sequence[str]) -> tuple[Markup, int, int]:
    """The picture with its title above and lines below it, as one SVG that stands alone; its width and height."""
    width = max(drawn.width, NARROWEST)
    heads = wrapped(title, width, TITLE_SIZE, 4, bold=True)
    lines = [line for item in below if item for line in wrapped(item, width, SOURCE_SIZE, 3)]
    head = len(heads) * 26 + 14
    height = head + drawn.height + 18 + len(lines) * 16
    whole, high = round(width + 2 * MARGIN), round(height + 2 * MARGIN)
    parts = [
        filled(
            '<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img" aria-label="{0}" viewBox="0 0 {1} {2}" '
            'width="{1}" height="{2}" font-family="{3}"><rect class="paper" width="{1}" height="{2}" fill="#ffffff"/>'
            '<g transform="translate({4} {4})">',
            title,
            whole,
            high,
            _FONT,
            MARGIN,
        )
    ]
    parts += [
        filled(
            '<text class="ink" fill="{}" font-size="{}" font-weight="600" y="{}">{}</text>',
            INK,
            TITLE_SIZE,
            20 + number * 26,
            line,
        )
        for number, line in enumerate(heads)
    ]
    parts.append(filled('<g transform="translate(0 {})">{}</g>', head, drawn.content))
    parts += [
        filled(
            '<text class="quiet" fill="{}" font-size="{}" y="{:.1f}">{}</text>',
            QUIET,
            SOURCE_SIZE,
            head + drawn.height + 28 + number * 16,
            line,
        )
        for number, line in enumerate(lines)
    ]
    return Markup("").join([*parts, Markup("</g></svg>")]), whole, high


def card(drawn: Drawn, title: str, document: str, source: str) -> Markup:
    """The drawing as a preview of a link: its title large on the left, and as much of it as has room on the right."""
    texts, y = [], 0.0
    for words, size, step, most, colour in (
        (title, 38, 48, 6, INK),
        (document, 24, 33, 5, QUIET),
    ):
        for line in wrapped(words, CARD_WORDS, size, most, bold=True):
            y += step
            texts.append((line, size, y, colour))
        y += 20
    foot = wrapped(source, CARD_WORDS, 15, 5)
    y = CARD_HEIGHT - 2 * CARD_MARGIN - len(foot) * 21
    texts += [(line, 15, y + (number + 1) * 21, QUIET) for number, line in enumerate(foot)]
    left = CARD_WORDS + 2 * CARD_MARGIN
    scale = (CARD_WIDTH - left - 2 * MARGIN) / max(drawn.width, NARROWEST)
    return filled(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}" font-family="{2}">'
        '<rect width="{0}" height="{1}" fill="#ffffff"/><rect width="10" height="{1}" fill="{3}"/>'
        '<g transform="translate({4} {4})">{5}</g><g transform="translate({6} {7}) scale({8:.3f})">{9}</g></svg>',
        CARD_WIDTH, CARD_HEIGHT, _FONT, HUE, CARD_MARGIN,
        Markup("").join(filled('<text fill="{3}" font-size="{1}" y="{2:.0f}">{0}</text>', *text) for text in texts),
        left, MARGIN, scale, drawn.content,
    )  # fmt: skip


def embedding(address: str, title: str, width: int, height: int) -> str:
    """HTML that shows the picture in a page of another site."""
    return str(
        filled(
            '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" '
            'style="border:0;max-width:100%"></iframe>',
            address,
            title,
            width,
            height,
        )
    )
