"""What members and headquarters' staff do with memberships: each act is one transaction.

Only here a person's name or phone is written, into the one table that an erasure empties.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from cloud_sync.hq.clock import Clock
from cloud_sync.hq.credentials import Credentials, code_key, hash_token, make_member, make_token
from cloud_sync.hq.database.pool import Pool, again
from cloud_sync.hq.database.postgres_books import transaction
from cloud_sync.hq.rules import member_points
from cloud_sync.hq.rules.member_books import MemberRecord
from cloud_sync.hq.rules.rights import RightsRefused
from cloud_sync.protocol.codes.own_codes import Content, mint

CONSENT_VERSION: Final = "2026-11"
"""Of the terms on the join page: another text gets another version."""
CODE_LIFETIME: Final = timedelta(days=365)
MAX_NAME_CHARS: Final = 60
MAX_KEY_CHARS: Final = 64
_PHONE: Final = re.compile(r"\+?[0-9][0-9 \-]{4,19}")
_PERSON: Final = "INSERT INTO people (member, name, phone, token_hash, joined_at) VALUES (%s, %s, %s, %s, %s)"
_OF_TOKEN: Final = "SELECT member FROM people WHERE token_hash = %s"


@dataclass(frozen=True)
class MemberActs:
    """All raise RightsRefused, whose text is for people."""

    pool: Pool
    clock: Clock
    credentials: Credentials

    def join(self, consent: str, name: str = "", phone: str = "") -> str:
        """Take in a member who agreed to these terms; returns the secret of their page, shown once."""
        if consent != CONSENT_VERSION:
            raise RightsRefused("consent", "nobody becomes a member without agreeing to the terms")
        name, phone = name.strip(), phone.strip()
        if len(name) > MAX_NAME_CHARS or not name.isprintable():
            raise RightsRefused("malformed", f"a name of at most {MAX_NAME_CHARS} characters, or none")
        if phone and not _PHONE.fullmatch(phone):
            raise RightsRefused("malformed", "a phone number of 5 to 20 digits, or none")
        member, token, now = make_member(), make_token(), self.clock()
        with transaction(self.pool) as books:
            books.save_member(MemberRecord(member, consent=consent), now)
            digits = re.sub(r"[ \-]", "", phone)
            books.cursor.execute(_PERSON, [member, name, digits, hash_token(token), now])
        return token

    def of_token(self, token: str) -> str | None:
        """The member whose page this is."""
        with self.pool.connection() as connection:
            found = connection.execute(_OF_TOKEN, [hash_token(token)]).fetchone()
        return None if found is None else str(found[0])

    def code(self, member: str, tier: str) -> str:
        """The member's code, good for CODE_LIFETIME from now: stores believe it without asking anybody."""
        key = code_key(self.credentials)
        until = int((self.clock() + CODE_LIFETIME).timestamp())
        return mint("member", Content(key=key.id, id=member, expires_at=until, tier=tier), key.private)

    def merge(self, member: str, into: str) -> dict[str, Any]:
        """Two keys are one person."""
        _check(member, into)

        def work() -> dict[str, Any]:
            with transaction(self.pool) as books:
                return {"member": member_points.merge(books, member, into, self.clock())}

        return again(work)

    def erase(self, member: str) -> dict[str, Any]:
        """Forget a person, at once here, and at each store with its next sync."""
        _check(member)

        def work() -> dict[str, Any]:
            with transaction(self.pool) as books:
                return {"erased": member_points.erase(books, member, self.clock())}

        return again(work)

    def set_tier(self, member: str, tier: str) -> dict[str, Any]:
        """A tier that points do not change; empty: by the points again."""
        _check(member)

        def work() -> dict[str, Any]:
            with transaction(self.pool) as books:
                member_points.set_tier(books, member, tier, self.clock())
                return {"member": member, "tier": member_points.final(books, member).tier}

        return again(work)


def _check(*keys: str) -> None:
    if any(not 0 < len(key) <= MAX_KEY_CHARS or "\0" in key for key in keys):
        raise RightsRefused("unknown_member", "no member of that key")
