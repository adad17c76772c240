"""Takes files in as they come: onto the disk in small pieces, counted, and refused at a limit.

It is the application's only way in for files (FILE_UPLOAD_HANDLERS), whatever address they are sent
to: who may not load data is not written to the disk at all.
"""

import errno
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

from counterpoise.actions import uploads
from counterpoise.actions.uploads import Intake, Limits, NoRoom, TooLarge
from counterpoise.domain.tables.received import SentFile
from counterpoise.domain.values.text import text
from counterpoise.store.uploads import QuotaReached
from counterpoise.web import access
from counterpoise.web.workplace import get_workspace, now

Refusal = TooLarge | QuotaReached | NoRoom
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
STATUS: Mapping[type[Exception], int] = {TooLarge: 413, QuotaReached: 429, NoRoom: 507}
"""What HTTP calls the refusals."""


def get_limits() -> Limits:
    return Limits(**settings.UPLOAD_LIMITS)  # type: ignore[misc]  # of the web, not the store


def find_refusal(request: HttpRequest) -> Refusal | None:
    """Why files of this request were not taken in."""
    found: Refusal | None = getattr(request, "upload_refusal", None)
    return found


def list_received(request: HttpRequest, field: str) -> tuple[SentFile, ...]:
    """The files that came in whole, each on our disk under a name of ours."""
    return tuple(
        SentFile(each.sent_name, each.path)
        for each in request.FILES.getlist(field)
        if isinstance(each, ReceivedFile)
    )


class ReceivedFile(UploadedFile):  # type: ignore[type-arg]  # not subscriptable when running
    """A file that grows on the workspace's disk and is removed unless someone takes it over.

    sent_name: as sent; what it is called on our disk says nothing of it.
    """

    def __init__(self, sent_name: str, folder: Path) -> None:
        self.sent_name = sent_name
        self._held = NamedTemporaryFile(dir=folder)  # noqa: SIM115 -- the request closes it
        super().__init__(self._held, "file", "application/octet-stream", 0)

    @property
    def path(self) -> Path:
        return Path(self._held.name)

    def close(self) -> None:
        with suppress(FileNotFoundError):  # it was taken over
            self._held.close()


class Receiver(FileUploadHandler):
    """Counts every piece before it is written."""

    chunk_size = 1 << 18

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._intake: Intake | None = None
        self._file: ReceivedFile | None = None

    def handle_raw_input(self, *arguments: Any, **named: Any) -> None:
        """Before the first byte: who sends this, and may they still?"""
        assert self.request is not None
        visitor = access.find_visitor(self.request)
        if visitor is None or not visitor.may("load_data"):
            return
        self._intake = uploads.open_intake(get_workspace(), visitor.id, get_limits(), now=now())

    def new_file(self, field_name: str, file_name: str, *arguments: Any, **named: Any) -> None:
        super().new_file(field_name, file_name, *arguments, **named)
        if self._intake is None:
            raise SkipFile
        try:
            self._intake.begin(file_name)
            self._file = ReceivedFile(file_name, uploads.incoming(get_workspace()))
        except (TooLarge, QuotaReached, NoRoom) as error:
            self._refuse(error)
        except OSError as error:
            self._refuse_full_disk(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self._intake is not None
        assert self._file is not None
        try:
            self._intake.take(len(raw_data))
            self._file.write(raw_data)
        except (TooLarge, QuotaReached, NoRoom) as error:
            self._refuse(error)
        except OSError as error:
            self._refuse_full_disk(error)

    def file_complete(self, file_size: int) -> ReceivedFile | None:
        done, self._file = self._file, None
        if done is None:
            return None
        try:
            done.seek(0)
            os.fsync(done.fileno())
        except OSError as error:
            self._file = done
            self._refuse_full_disk(error)
        done.size = file_size
        return done

    def upload_interrupted(self) -> None:
        self._drop()

    def _refuse_full_disk(self, error: OSError) -> None:
        if error.errno not in _FULL:
            self._drop()
            raise error
        self._refuse(
            NoRoom(
                text(
                    "The disk is full. Nothing was kept and the data is as it was. Whoever runs"
                    " Counterpoise can make room; then send the files again."
                )
            )
        )

    def _refuse(self, error: Refusal) -> None:
        """The rest is read and dropped, so that the browser gets our answer, not a broken pipe."""
        self._drop()
        self.request.upload_refusal = error  # type: ignore[union-attr]
        raise StopUpload(connection_reset=False) from None

    def _drop(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
