"""Secrets in the store open with the installation's keys alone."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.fernet import Fernet

from counterpoise.store import vault
from counterpoise.store.keys import read_key

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
KEYS = "COUNTERPOISE_VAULT_KEYS"


@pytest.fixture
def keys(monkeypatch):
    def hold(*held):
        monkeypatch.setenv(KEYS, " ".join(held))

    return hold


def test_what_was_locked_opens_and_says_nothing(keys):
    keys(OLD)
    locked = vault.lock("كلمة السر JBSWY3DP")
    assert "JBSWY3DP" not in locked
    assert vault.lock("كلمة السر JBSWY3DP") != locked
    assert vault.unlock(locked) == "كلمة السر JBSWY3DP"


def test_keys_are_exchanged_without_a_pause(keys):
    keys(OLD)
    locked = vault.lock("a secret")
    keys(NEW, OLD)
    assert vault.unlock(locked) == "a secret"
    locked = vault.lock(vault.unlock(locked))
    keys(NEW)
    assert vault.unlock(locked) == "a secret"


@pytest.mark.parametrize("change", ["another key", "a changed letter", "no secret at all"])
def test_what_no_key_opens_is_refused_with_advice(keys, change):
    keys(OLD)
    locked = vault.lock("a secret")
    if change == "another key":
        keys(NEW)
    broken = {
        "another key": locked,
        "a changed letter": locked[:-9] + ("A" if locked[-9] != "A" else "B") + locked[-8:],
        "no secret at all": "JBSWY3DP",
    }[change]
    with pytest.raises(vault.LockedSecret, match=KEYS):
        vault.unlock(broken)


def test_a_key_is_made_once_by_however_many_start_at_once(tmp_path, monkeypatch):
    monkeypatch.delenv(KEYS, raising=False)
    file = tmp_path / "vault_keys"
    with ThreadPoolExecutor(16) as pool:
        read = {
            each.result()
            for each in [
                pool.submit(read_key, KEYS, file, lambda: Fernet.generate_key().decode())
                for _ in range(64)
            ]
        }
    assert read == {file.read_text("utf-8")}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
