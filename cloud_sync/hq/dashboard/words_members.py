"""The words of headquarters' page of members. `words` hands them out."""

from __future__ import annotations

from typing import Final

MEMBER_WORDS: Final[dict[str, tuple[str, str]]] = {
    "members": ("会员", "Members"),
    "members_search": ("会员号开头，或电话", "Beginning of a key, or a phone number"),
    "members_none": ("没有找到会员", "No member found"),
    "member_key": ("会员号", "Key"),
    "member_person": ("姓名 · 电话", "Name · phone"),
    "member_tier": ("等级", "Tier"),
    "member_points": ("积分", "Points"),
    "member_moves": ("积分明细", "Where points came from and went"),
    "member_holdings": ("积分在哪里", "Where the points are"),
    "member_merged": ("已合并到 {0}", "Merged into {0}"),
    "member_erased": ("已注销", "Erased"),
    "member_by_staff": ("店员指定", "by staff"),
    "member_by_points": ("按积分", "By points"),
    "member_tier_set": ("设定等级", "Set the tier"),
    "member_merge": ("合并到另一个会员", "Merge into another member"),
    "member_into": ("留下的会员号", "The key that stays"),
    "member_erase": ("注销这个会员", "Erase this member"),
    "member_erase_about": (
        "姓名、电话和会员页立即删除，积分作废，无法恢复；门店在下次联网时得知。",
        "Name, phone and page are deleted at once and points are void, without a way back. Stores are told with "
        "their next sync.",
    ),
    "member_merge_about": (
        "两个会员号是同一个人：积分和会员码都归留下的那个，不能再分开。",
        "Two keys are one person: points and codes go to the key that stays. They cannot be parted again.",
    ),
    "refused.same_member": ("这两个号已经是同一个会员", "These are one member already"),
    "refused.erased_member": ("已注销的会员不能这样做", "Not with a member who was erased"),
    "refused.unknown_member": ("没有这个会员", "There is no such member"),
    "cause.points_granted": ("{0} 分交给门店 {1}", "{0} points to the store {1}"),
    "cause.merged": ("{0} 分随会员合并", "{0} points, merged with another key"),
    "cause.erased": ("{0} 分随注销作废", "{0} points, void with an erasure"),
    "account.earned": ("获得", "Earned"),
    "account.spent": ("使用", "Spent"),
    "account.void": ("作废", "Void"),
    "account.owed": ("更正", "Corrected"),
    "account.merged": ("合并", "Merged"),
    "account.pool": ("总部", "Headquarters"),
}
