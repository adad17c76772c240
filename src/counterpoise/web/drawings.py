"""Draws a chart once for each language and content, for drawing takes longer than a page may."""

from collections.abc import Callable, Hashable
from functools import lru_cache

from counterpoise.connectors.documents.drawing import Drawing
from counterpoise.connectors.documents.reader import Reader


@lru_cache(maxsize=128)
def draw_once(draw: Callable[..., Drawing], reader: Reader, *content: Hashable) -> Drawing:
    """`draw(reader, *content)`, in the language that is active, which is the reader's."""
    return draw(reader, *content)
