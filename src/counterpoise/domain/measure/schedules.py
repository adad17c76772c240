"""The schedule of whoever a record belongs to, found once for all who are alike in it."""

from dataclasses import replace

from counterpoise.domain.measure.plain_places import Directory
from counterpoise.domain.measure.settings import Settings
from counterpoise.domain.measure.working_week import (
    KEYS,
    Schedule,
    Worker,
    find_holidays,
    find_schedule,
)


class Schedules:
    """By a source and the id of a rep there; whoever is not listed works as the company does."""

    def __init__(self, directory: Directory, settings: Settings) -> None:
        self._directory = directory
        self._settings = settings
        self._found: dict[Worker, Schedule] = {}
        rulebook, as_of = settings.rulebook, settings.as_of
        self._named = {rule.subject for rule in rulebook.rules if rule.key in KEYS}
        self._holidays = find_holidays(directory.list_rows("calendar"), rulebook, as_of)

    def get(self, source: str, rep_id: str | None) -> Schedule:
        """Raises InvalidRule."""
        worker = self._find_worker(source, rep_id)
        if worker not in self._found:
            rulebook, as_of = self._settings.rulebook, self._settings.as_of
            self._found[worker] = find_schedule(rulebook, worker, as_of, self._holidays)
        return self._found[worker]

    def _find_worker(self, source: str, rep_id: str | None) -> Worker:
        """Names that no rule speaks of are left out, so that most people are alike."""
        rep = self._directory.find_row("rep", source, rep_id)
        worker = Worker(**self._directory.place_rep(source, rep_id))
        unnamed = [
            name for name in ("rep", "team", "region") if getattr(worker, name) not in self._named
        ]
        return replace(worker, zone=rep.get("time_zone") or "", **dict.fromkeys(unnamed, ""))
