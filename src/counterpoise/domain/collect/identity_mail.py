"""E-mail addresses and web domains, as far as two spellings of one are the same by their provider.

Letters' case never tells two mailboxes apart at a provider in use. Dots and what follows a plus do,
except where the provider says that they do not.
"""

import re
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

_ADDRESS = re.compile(r"([^\s<>@,;:\"]+)@([^\s<>@,;:\"]+\.[^\s<>@,;:\"]+)")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SUFFIXES = PublicSuffixList()
_ONE_PROVIDER = {"googlemail.com": "gmail.com"}
_DOTS_ARE_NOTHING = frozenset({"gmail.com"})
_WRITTEN_PLUS_IS_A_TAG = """
gmail.com outlook.com hotmail.com live.com msn.com icloud.com me.com mac.com fastmail.com
proton.me protonmail.com pm.me
"""
_PLUS_IS_A_TAG = frozenset(_WRITTEN_PLUS_IS_A_TAG.split())
_WRITTEN_FREE_MAIL = """
gmail.com yahoo.com yahoo.co.uk yahoo.fr yahoo.de yahoo.es yahoo.it ymail.com rocketmail.com
hotmail.com hotmail.co.uk hotmail.fr outlook.com outlook.sa live.com live.co.uk msn.com
icloud.com me.com mac.com aol.com aim.com gmx.com gmx.net gmx.de gmx.at gmx.ch web.de
t-online.de freenet.de orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it tiscali.it
virgilio.it mail.ru yandex.ru yandex.com inbox.ru list.ru bk.ru qq.com 163.com 126.com sina.com
naver.com daum.net hanmail.net proton.me protonmail.com pm.me tutanota.com fastmail.com zoho.com
mail.com usa.com email.com hushmail.com comcast.net verizon.net att.net sbcglobal.net
bellsouth.net cox.net btinternet.com virginmedia.com sky.com ntlworld.com shaw.ca rogers.com
sympatico.ca bigpond.com optusnet.com.au maktoob.com emirates.net.ae eim.ae walla.co.il
walla.com rediffmail.com uol.com.br bol.com.br terra.com.br seznam.cz wp.pl o2.pl onet.pl abv.bg
"""
FREE_MAIL = frozenset(_WRITTEN_FREE_MAIL.split())
"""Mailboxes that anybody may have: their domain says nothing of an employer."""
_WRITTEN_SHARED_PAGES = """
facebook.com linkedin.com instagram.com twitter.com x.com youtube.com wixsite.com wordpress.com
blogspot.com google.com weebly.com squarespace.com linktr.ee example.com
"""
_SHARED_PAGES = frozenset(_WRITTEN_SHARED_PAGES.split())
_WRITTEN_SHARED_MAILBOXES = """
info sales contact admin office hello support accounts accounting billing finance hr jobs mail
marketing purchasing procurement reception service team webmaster noreply no-reply donotreply
enquiries inquiries postmaster
"""
_SHARED_MAILBOXES = frozenset(_WRITTEN_SHARED_MAILBOXES.split())


@lru_cache(maxsize=65536)
def fold_email(written: str) -> str:
    """The mailbox that an address reaches; '' for what is no address."""
    found = _ADDRESS.search(written.strip().removeprefix("mailto:").casefold())
    if found is None:
        return ""
    user, domain = found[1], _fold_host(found[2])
    domain = _ONE_PROVIDER.get(domain, domain)
    if domain in _PLUS_IS_A_TAG:
        user = user.split("+")[0] or user
    if domain in _DOTS_ARE_NOTHING:
        user = user.replace(".", "") or user
    return f"{user}@{domain}"


def fold_personal_email(written: str) -> str:
    """The same, and '' for a mailbox that several people read, such as info@ and sales@."""
    email = fold_email(written)
    return "" if email.split("@")[0] in _SHARED_MAILBOXES else email


@lru_cache(maxsize=65536)
def fold_domain(written: str) -> str:
    """The domain that a company registered, of a web address, a host or an e-mail address.

    '' for mailboxes and pages that anybody may have, and for what is no domain.
    """
    bare = _SCHEME.sub("", written.strip().casefold())
    host = _fold_host(re.split(r"[/?#]", bare)[0].split("@")[-1].split(":")[0])
    own = str(_SUFFIXES.privatesuffix(host) or "") if "." in host else ""
    return "" if own in FREE_MAIL or own in _SHARED_PAGES or host in FREE_MAIL else own


def _fold_host(written: str) -> str:
    """Punycode for a domain in another script, for both spellings lead to one place."""
    host = written.strip().strip(".").casefold()
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host
