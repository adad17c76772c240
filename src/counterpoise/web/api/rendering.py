"""Answers as JSON: amounts as text, dates ISO 8601, letters as they are."""

import json
from typing import Any

from counterpoise.domain.values.plain import to_plain


def render_json(data: Any) -> str:
    return json.dumps(to_plain(data), ensure_ascii=False, allow_nan=False)
