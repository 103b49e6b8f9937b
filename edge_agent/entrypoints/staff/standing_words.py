"""What happened when this store may not sell, and what to do about it, in plain Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from edge_agent.entrypoints.staff.words import LANGUAGES, Language

Said = tuple[str, str]
"""The same in Chinese and English."""

_CODE: Final[Said] = (
    "给总部打电话，请他们为本店开一个新的加入码。",
    "Call headquarters and ask for a new code for this store.",
)
_JOIN: Final[Said] = (
    "在门店电脑上停掉程序，运行下面的命令（CODE 换成加入码），再启动程序。",
    "On the store's computer stop the program, run the command below with the code in place of CODE, and start the"
    " program again.",
)
_COUNT: Final[Said] = (
    "回到这个平板，在“库存”里把每种商品数一遍。数完一种，就能卖一种。",
    "Come back to this tablet and count every product under “Stock”. Each sells again once it is counted.",
)
_REJOIN: Final = (_CODE, _JOIN, _COUNT)
_OLDER: Final[Said] = (
    "这台电脑的数据比实际的旧（例如换回了旧硬盘或旧备份）。它不知道后来卖过什么，为了不把同一件商品卖两次，已暂停销售。",
    "The data on this computer is older than what this store has done since (an old disk or backup was put back). It"
    " does not know what was sold in between, so it sells nothing: no unit may be sold twice.",
)


@dataclass(frozen=True)
class Story:
    """One reason: what it is called, what happened, and the steps out of it."""

    title: Said
    happened: Said
    steps: tuple[Said, ...]
    by_itself: bool = False
    """It may be over without anybody doing anything."""

    @property
    def joins(self) -> bool:
        """Whether the way out is to join again."""
        return _JOIN in self.steps


_TITLE_OLD: Final[Said] = ("暂停销售：数据是旧的", "Selling is paused: this data is old")

STORIES: Final[dict[str, Story]] = {
    "restored": Story(_TITLE_OLD, _OLDER, _REJOIN),
    "behind": Story(_TITLE_OLD, _OLDER, _REJOIN),
    "forked": Story(
        ("暂停销售：与总部的记录不一致", "Selling is paused: two different records"),
        (
            "这台电脑的记录和总部的对不上：其中一段各有各的说法。多半是换回了旧数据以后又继续营业。",
            "This computer and headquarters have different records of the same time. Most likely old data was put back"
            " and the shop went on with it.",
        ),
        _REJOIN,
    ),
    "cloned": Story(
        ("暂停销售：另一台电脑在经营本店", "Selling is paused: another computer runs this store"),
        (
            "总部认得的是另一台电脑。本店的数据被复制过，或已在别的电脑上重新加入。两台一起卖会卖重。",
            "Headquarters knows another computer as this store. The data was copied, or the store was joined again on"
            " another computer. Two of them would sell the same units twice.",
        ),
        (
            (
                "决定留下哪一台。把另一台关机，以后也不要再开。",
                "Decide which computer stays. Switch the other one off, for good.",
            ),
            (
                "留下的是另一台：到这里就好了，这一台关机。留下的是这一台：继续下面的步骤。",
                "If the other one stays, you are done: switch this one off. If this one stays, go on.",
            ),
            *_REJOIN,
        ),
    ),
    "retired": Story(
        ("暂停销售：总部已停用本店", "Selling is paused: headquarters gave this store up"),
        (
            "总部把本店标记为停用（例如以为电脑坏了），本店的可售数已经收回。",
            "Headquarters marked this store as given up (it may have taken the computer for dead), and what the store"
            " might sell was taken back.",
        ),
        _REJOIN,
    ),
    "stale_epoch": Story(
        ("暂停销售：总部不认得这次加入", "Selling is paused: headquarters does not know this joining"),
        (
            "总部没有本店这一次加入的记录。可能总部恢复过旧备份，也可能本店在别的电脑上重新加入过。",
            "Headquarters has no record of the last time this store joined. It may have been restored from a backup, or"
            " the store was joined again on another computer.",
        ),
        (
            (
                "先确认没有另一台电脑在经营本店；有的话先关机。",
                "First make sure that no other computer runs this store; if one does, switch it off.",
            ),
            *_REJOIN,
        ),
    ),
    "unknown_token": Story(
        ("暂停销售：总部不认得本店", "Selling is paused: headquarters does not know this store"),
        (
            "总部不接受本店的密钥。可能总部恢复过旧备份，也可能本店在别的电脑上重新加入过。",
            "Headquarters does not take this store's key. It may have been restored from a backup, or the store was"
            " joined again on another computer.",
        ),
        (
            (
                "先确认没有另一台电脑在经营本店；有的话先关机。",
                "First make sure that no other computer runs this store; if one does, switch it off.",
            ),
            *_REJOIN,
        ),
    ),
    "no_witness": Story(
        ("暂停销售：正在向总部确认", "Selling is paused: asking headquarters"),
        (
            "这台电脑上没有证明“数据是最新的”的记录（换了电脑，或记录文件丢了）。总部确认后会自动恢复销售。",
            "This computer has no note that its data is the latest (it is another computer, or the note was lost)."
            " Selling goes on by itself once headquarters has confirmed it.",
        ),
        (
            (
                "检查网络。连上总部后通常不到一分钟。",
                "Check the network. With headquarters in reach it takes less than a minute.",
            ),
            (
                "如果本店的旧电脑还开着，把它关机，以后也不要再开。",
                "If the store's old computer is still on, switch it off, for good.",
            ),
            (
                "总部若不同意，这里会显示接下来怎么做。",
                "If headquarters says no, this page will tell what to do next.",
            ),
        ),
        by_itself=True,
    ),
}

_OTHER: Final = Story(
    ("暂停销售：需要重新加入总部", "Selling is paused: join headquarters again"),
    (
        "总部不接受这台电脑的数据。",
        "Headquarters does not take this computer's data.",
    ),
    _REJOIN,
)

WORKS: Final[tuple[Said, ...]] = (
    ("已经付款的订单照常出货、退款", "Orders that are paid are handed over or paid back as ever"),
    (
        "待处理的事照常处理，清点、收货也可以",
        "What needs you can be dealt with; goods can be received and counted",
    ),
    ("不能接新订单", "No new orders are taken"),
)

HEADINGS: Final[dict[str, Said]] = {
    "happened": ("发生了什么", "What happened"),
    "works": ("现在还能做什么", "What still works"),
    "steps": ("怎么办", "What to do"),
    "reason_code": ("原因代码", "Reason"),
}

JOIN_COMMAND: Final = "popshop edge join CODE"


def story(reason: str) -> Story:
    """What to tell about a reason; something true also for a reason nobody wrote down."""
    return STORIES.get(reason, _OTHER)


def said(language: Language, both: Said) -> str:
    """One of the two."""
    return both[LANGUAGES.index(language)]


def everything_said() -> list[Said]:
    """All of it, for the check that both languages are complete."""
    told: list[Said] = [*WORKS, *HEADINGS.values()]
    for one in (*STORIES.values(), _OTHER):
        told += [one.title, one.happened, *one.steps]
    return told
