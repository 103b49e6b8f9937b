"""Faults of devices for which EVA-DTS has no event, in plain language: what it is, and what to do.

Such a fault's code is its name in plain words. Those of the standard stand in `cloud_sync.protocol.eva_dts`.
"""

from __future__ import annotations

from typing import Final

Said = tuple[str, str]
"""Chinese, English."""

DEVICE_FAULTS: Final[dict[str, tuple[Said, Said]]] = {
    "source_lost": (
        ("扫码枪或摄像头没有连上", "A scanner or camera is not connected"),
        ("检查插头和电源；接好后会自动恢复。", "Check its plug and power. It comes back by itself."),
    ),
    "picture_blank": (
        ("摄像头看不到画面", "The camera sees nothing"),
        (
            "看镜头是否被遮住或太脏，灯是否开着。",
            "See whether its lens is covered or dirty, and whether the light is on.",
        ),
    ),
    "picture_flickers": (
        ("摄像头画面闪烁", "The camera's picture flickers"),
        ("换一盏灯，或把摄像头转离灯光。", "Change the lamp, or turn the camera away from it."),
    ),
    "beam_blocked": (
        ("门口的感应光束被挡住", "Something blocks the beam at the door"),
        ("移开挡住感应器的东西，并擦干净。", "Take away what stands in front of the sensor, and wipe it."),
    ),
}
