"""What a second step is checked by lies encrypted in the store."""

from allauth.mfa.adapter import DefaultMFAAdapter

from counterpoise.store import vault


class Adapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return vault.lock(text)

    def decrypt(self, encrypted_text: str) -> str:
        return vault.unlock(encrypted_text)
