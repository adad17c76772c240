"""Where the application works: the workspace that its settings name."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from counterpoise.actions.workspaces import Workspace


def get_workspace() -> Workspace:
    return Workspace(Path(settings.WORKSPACE))


def now() -> datetime:
    """The clock, read here for every page and handed down."""
    return timezone.now()
