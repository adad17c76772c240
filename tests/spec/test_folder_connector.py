"""Which files of a folder or bucket are found, and how one is told from its later versions."""

import os

import pytest
from pyarrow import fs

from counterpoise.connectors.folder import files as folder
from counterpoise.connectors.folder.files import FolderSource, open_folder
from counterpoise.connectors.sources.port import (
    FileSource,
    FoundFile,
    SourceRefused,
    SourceUnreachable,
)
from counterpoise.connectors.sources.reach import OutOfReach
from counterpoise.connectors.sources.settings import InvalidSetting, Opening


@pytest.fixture
def exports(tmp_path):
    made = tmp_path / "exports"
    (made / "2026").mkdir(parents=True)
    (made / ".hidden").mkdir()
    (made / "deals.csv").write_text("id,stage\n1,Won\n", "utf-8")
    (made / "2026" / "calls.XLSX").write_bytes(b"PK")
    (made / ".hidden" / "old.csv").write_text("id\n", "utf-8")
    (made / "notes.pdf").write_bytes(b"%PDF")
    (tmp_path / "secret.csv").write_text("id\n", "utf-8")
    (made / "link.csv").symlink_to(tmp_path / "secret.csv")
    return made


def open_at(place, *allowed, **settings):
    return open_folder(Opening("files", {"place": str(place), **settings}, {}, folders=allowed))


def test_tables_are_found_and_hidden_files_and_links_that_lead_out_are_not(exports):
    source = open_at(exports, exports.parent)
    assert isinstance(source, FileSource)
    assert [each.name for each in source.list_files()] == ["2026/calls.XLSX", "deals.csv"]


def test_a_file_that_changes_gets_another_mark(exports):
    source = open_at(exports, exports)
    before = source.list_files()
    assert source.list_files() == before
    os.utime(exports / "deals.csv", ns=(1, 1))
    assert source.list_files()[1].mark != before[1].mark


def test_a_file_is_copied_as_it_is(exports, tmp_path):
    source = open_at(exports, exports)
    source.fetch(source.list_files()[1], tmp_path / "copy.csv")
    assert (tmp_path / "copy.csv").read_text("utf-8") == "id,stage\n1,Won\n"


def test_a_file_that_changes_while_it_is_read_is_not_taken(exports, tmp_path):
    source = open_at(exports, exports)
    with pytest.raises(SourceUnreachable, match="was changed while it was read"):
        source.fetch(FoundFile("deals.csv", "0-0"), tmp_path / "copy.csv")


def test_a_file_that_is_gone_is_refused(exports, tmp_path):
    source = open_at(exports, exports)
    with pytest.raises(SourceRefused, match="cannot be read"):
        source.fetch(FoundFile("gone.csv", "0-0"), tmp_path / "copy.csv")


@pytest.mark.parametrize(
    ("place", "said"),
    [
        pytest.param("/etc", "COUNTERPOISE_FOLDERS", id="a folder that nobody allowed"),
        pytest.param("{allowed}/../..", "COUNTERPOISE_FOLDERS", id="a way out of an allowed one"),
        pytest.param("{allowed}/missing", "is no folder", id="a folder that is not there"),
    ],
)
def test_folders_that_are_not_opened(exports, place, said):
    with pytest.raises(InvalidSetting, match=said):
        open_at(place.format(allowed=exports), exports)


def test_a_bucket_inside_the_network_is_not_asked():
    with pytest.raises(OutOfReach, match="Nothing was sent"):
        open_at("s3://exports", endpoint="http://169.254.169.254")


def test_a_bucket_whose_host_nobody_knows_may_be_there_later():
    with pytest.raises(SourceUnreachable, match="is not known"):
        open_at("s3://exports", endpoint="https://nowhere.invalid")


def test_a_bucket_is_opened_with_its_key_and_asked_later(monkeypatch):
    monkeypatch.setattr(folder, "_refuse_inside", lambda reach, host, port: None)
    settings = {"place": "s3://exports/crm", "region": "eu-central-1", "access_key": "me"}
    assert isinstance(open_folder(Opening("x", settings, {"secret_key": "pw"})), FolderSource)
    with pytest.raises(InvalidSetting, match="go together"):
        open_folder(Opening("x", settings, {}))


def test_a_folder_of_any_file_system_is_read_alike(exports):
    source = FolderSource(fs.SubTreeFileSystem(str(exports), fs.LocalFileSystem()), "2026/")
    assert [each.name for each in source.list_files()] == ["calls.XLSX"]


@pytest.mark.parametrize(
    ("said", "raised"),
    [
        pytest.param("AWS Error ACCESS_DENIED during x", SourceRefused, id="a key without rights"),
        pytest.param("AWS Error NETWORK_CONNECTION", SourceUnreachable, id="no answer"),
    ],
)
def test_what_a_storage_service_says_is_told_in_our_words(said, raised):
    with pytest.raises(raised, match="s3://x"), folder._speak_plainly("s3://x"):
        raise OSError(said)
