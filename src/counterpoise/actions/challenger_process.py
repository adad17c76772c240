"""The process of one plug-in: `python -m counterpoise.actions.challenger_process MODULE:ATTRIBUTE`.

A line of JSON in is a question, a line out its answer; what goes wrong is told by its name, and
whole in standard error, which is the server's log. Whatever the plug-in prints goes there as
well, so that it is never taken for an answer.
"""

import importlib
import json
import os
import sys
import traceback
from typing import Any, TextIO

import numpy as np


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    challenger = None
    for line in sys.stdin:
        question = json.loads(line)
        where = "load"
        try:
            challenger = challenger or _load(sys.argv[1])
            where = "ask"
            answer = _answer(challenger, question)
        except ImportError as error:
            answer = {"failed": str(error), "where": where}
        except Exception as error:  # somebody else's code: the log has it whole, a page its name
            traceback.print_exc()
            answer = {"failed": type(error).__name__, "where": where}
        _write(answers, answer)


def _load(address: str) -> Any:
    module, _, attribute = address.partition(":")
    found = getattr(importlib.import_module(module), attribute, None)
    if found is None:
        raise ImportError(f"{module} has no {attribute}")
    return found() if isinstance(found, type) else found


def _answer(challenger: Any, question: dict[str, Any]) -> dict[str, Any]:
    name = getattr(challenger, "name", None)
    if not isinstance(name, str) or not name or not callable(getattr(challenger, "carry", None)):
        return {"failed": type(challenger).__name__, "where": "shape"}
    if "name" in question:
        return {"name": name}
    series = [np.array(each, dtype=np.float64) for each in question["series"]]
    said = challenger.carry(series, question["steps"], question["season"])
    return {"said": [np.asarray(each, dtype=np.float64).tolist() for each in said]}


def _write(answers: TextIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
