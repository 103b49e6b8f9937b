"""Lets one system user walk through folders that are closed to it, and nobody else.

PostgreSQL refuses to run as root, so a headquarters started by root runs it under a user of its own. When the data
or the packages lie below a private folder such as /root, that user gets the right to pass (POSIX ACL, `x` only).
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from pathlib import Path
from typing import Final

# linux/posix_acl_xattr.h: a version word, then (tag, permissions, id) per entry, sorted by tag and id.
_XATTR: Final = "system.posix_acl_access"
_VERSION: Final = struct.pack("<I", 2)
_ENTRY: Final = struct.Struct("<HHI")
_USER_OBJ, _USER, _GROUP_OBJ, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_MASKED: Final = (_USER, _GROUP_OBJ, _GROUP)
_NO_ID: Final = 0xFFFFFFFF
_PASS: Final = 1

Entry = tuple[int, int, int]


class ClosedFolderError(Exception):
    """The folder stays closed to the user; the text says what to do."""


def let_pass(path: Path, uid: int, user: str) -> None:
    """Give `uid` the right to pass through every folder above `path` that is closed to it.

    Raises ClosedFolderError where the file system keeps no ACLs.
    """
    for folder in reversed(path.resolve().parents):
        if _may_pass(folder, uid):
            continue
        try:
            os.setxattr(folder, _XATTR, encode_acl(with_pass(_acl_of(folder), uid)))
        except (OSError, AttributeError) as error:
            raise ClosedFolderError(
                f"{folder} is closed to the database's system user {user}. Choose a data folder outside it, "
                f"run as a normal user, or give a PostgreSQL of your own with --dsn or POPSHOP_HQ_DSN ({error})"
            ) from error


def _may_pass(folder: Path, uid: int) -> bool:
    status = folder.stat()
    if status.st_uid == uid:
        return bool(status.st_mode & stat.S_IXUSR)
    return bool(rights_of(_acl_of(folder), uid) & _PASS)


def _acl_of(folder: Path) -> list[Entry]:
    """The folder's ACL, or the three entries that its mode stands for."""
    try:
        return decode_acl(os.getxattr(folder, _XATTR))
    except AttributeError:
        pass  # No extended attributes on this system: the mode is all there is.
    except OSError as error:
        if error.errno not in (errno.ENODATA, errno.ENOTSUP):
            raise
    mode = folder.stat().st_mode
    return [
        (_USER_OBJ, mode >> 6 & 7, _NO_ID),
        (_GROUP_OBJ, mode >> 3 & 7, _NO_ID),
        (_OTHER, mode & 7, _NO_ID),
    ]


def decode_acl(raw: bytes) -> list[Entry]:
    """The entries of an ACL as the kernel hands it out."""
    return list(_ENTRY.iter_unpack(raw[len(_VERSION) :]))


def encode_acl(entries: list[Entry]) -> bytes:
    """An ACL as the kernel takes it."""
    return _VERSION + b"".join(_ENTRY.pack(*entry) for entry in entries)


def rights_of(entries: list[Entry], uid: int) -> int:
    """What a user who neither owns the folder nor is in its group may do there."""
    mask = next((perm for tag, perm, _ in entries if tag == _MASK), 7)
    others = next(perm for tag, perm, _ in entries if tag == _OTHER)
    # A chmod of the folder sets the mask, and so can take a right back that an entry still names.
    return next((perm & mask for tag, perm, owner in entries if tag == _USER and owner == uid), others)


def with_pass(entries: list[Entry], uid: int) -> list[Entry]:
    """The same ACL with the right to pass for `uid`; everybody else's rights stay as they were."""
    old_mask = next((perm for tag, perm, _ in entries if tag == _MASK), 7)
    before = next((perm & old_mask for tag, perm, owner in entries if tag == _USER and owner == uid), 0)
    kept = [
        (tag, perm & old_mask if tag in _MASKED else perm, owner)
        for tag, perm, owner in entries
        if tag != _MASK and not (tag == _USER and owner == uid)
    ]
    named = [*kept, (_USER, before | _PASS, uid)]
    # The mask limits the whole group class: it has to be the union of what is in there.
    mask = 0
    for tag, perm, _ in named:
        mask |= perm if tag in _MASKED else 0
    return sorted([*named, (_MASK, mask, _NO_ID)], key=lambda entry: (entry[0], entry[2]))
