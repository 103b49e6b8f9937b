"""The event codes of EVA-DTS 6.1, Annex C, that machines send: what each is, what to do, what it stops. A catalogue."""

from __future__ import annotations

from typing import Final, Literal

Stops = Literal["nothing", "slot", "food", "machine"]
"""What cannot be sold because of it: nothing in particular, the selection, what must be kept cold, all of it."""
Said = tuple[str, str]
"""Chinese, English."""

FAMILIES: Final[dict[str, tuple[Said, Stops]]] = {
    "EA": (("硬币器", "the coin mechanism"), "nothing"),
    "EB": (("纸杯装置", "the cup system"), "machine"),
    "EC": (("控制系统", "the control system"), "machine"),
    "ED": (("热饮系统", "the hot drinks system"), "machine"),
    "EE": (("冲泡器", "the brewer"), "machine"),
    "EF": (("供水系统", "the water system"), "machine"),
    "EG": (("机柜和机门", "the cabinet and its door"), "nothing"),
    "EH": (("冷饮系统", "the cold drinks system"), "slot"),
    "EI": (("通信模块", "the communication unit"), "nothing"),
    "EJ": (("商品出货系统", "the product delivery system"), "slot"),
    "EK": (("非现金支付终端", "the cashless reader"), "nothing"),
    "EL": (("商品", "a product"), "slot"),
    "EM": (("微波炉", "the microwave oven"), "nothing"),
    "EN": (("纸币器", "the bill validator"), "nothing"),
    "EO": (("制冷系统", "the refrigeration"), "food"),
    "OA": (("维护工作", "a service that was asked for or done"), "nothing"),
    "OB": (("服务质量", "the way it was looked after"), "nothing"),
    "OC": (("外部原因", "something done to it from outside"), "nothing"),
    "OD": (("再次上门", "a return visit"), "nothing"),
    "OE": (("机器历史", "the machine's history"), "nothing"),
    "OF": (("取钱", "a cash collection"), "nothing"),
}
"""Annex C's tables. EK2… is the second cashless reader, a digit after the family opens a further row of letters."""

# What remains to be done is often the same.
NOTE_AND_CALL: Final[Said] = ("记下代码并报修。", "Note the code and call service.")
NOTHING_TO_DO: Final[Said] = ("不用处理。", "Nothing to do.")
_COINS: Final[Said] = (
    "打开机门，清除硬币通道里的异物；仍不行请报修。",
    "Open the door and clear the coin path. If it does not help, call service.",
)
_COIN_UNIT: Final[Said] = (
    "机器暂不收硬币，其他支付照常；请报修硬币器。",
    "Coins are not taken, other ways of paying work. Call service for the coin mechanism.",
)
_BILLS: Final[Said] = (
    "打开纸币器，取出卡住的纸币，擦净传感器。",
    "Open the bill validator, take the jammed note out and wipe its sensors.",
)
_BILL_UNIT: Final[Said] = (
    "机器暂不收纸币，其他支付照常；请报修纸币器。",
    "Notes are not taken, other ways of paying work. Call service for the bill validator.",
)
_READER: Final[Said] = (
    "机器暂不能刷卡，其他支付照常；给读卡器断电再通电，仍不行请报修。",
    "Cards are not taken, other ways of paying work. Switch the reader off and on; else call service.",
)
_CARD: Final[Said] = ("请顾客换一种方式支付。", "Ask the shopper to pay another way.")
_CUPS: Final[Said] = ("检查并理顺纸杯。", "Look at the cups and set them straight.")
_RESTART: Final[Said] = (
    "关机一分钟再开机；再次出现请报修。",
    "Switch the machine off for a minute. If it comes again, call service.",
)
_ELECTRICITY: Final[Said] = (
    "拔掉电源，不要自行修理，请报修。",
    "Unplug the machine, do not repair it yourself, call service.",
)
_WATER: Final[Said] = ("关闭水阀，擦干地面，请报修。", "Close the water tap, dry the floor and call service.")
_COOLING: Final[Said] = (
    "检查温度；把需冷藏的食品移走，请报修制冷。",
    "Look at the temperature. Move food that must be kept cold, and call service for the cooling.",
)
_AIR: Final[Said] = (
    "清理通风口和滤网，保持后方通风。",
    "Clean vents and filter, and keep the space behind free.",
)
_NETWORK: Final[Said] = (
    "检查网络和天线；恢复后会自动补传。",
    "Look at network and antenna. What waits is sent by itself.",
)
_TRAY: Final[Said] = (
    "打开机门，把托盘推到底并接好插头。",
    "Open the door, push the tray fully in and see to its plug.",
)

# code: (zh, en), remedy, what it stops.
EVENTS: Final[dict[str, tuple[Said, Said, Stops]]] = {
    # coin mechanism
    "EA": (("硬币器故障", "The coin mechanism has a fault"), _COIN_UNIT, "nothing"),
    "EAA": (("投币口卡币", "A coin is stuck in the entry"), _COINS, "nothing"),
    "EAB": (("退币口异常", "The coin return has a fault"), _COINS, "nothing"),
    "EAC": (
        ("多次投入假币", "False coins are being put in"),
        ("留意投币的人，查看钱箱。", "Watch who pays, and look into the cash box."),
        "nothing",
    ),
    "EAD": (("硬币识别器卡币", "A coin is stuck in the validator"), _COINS, "nothing"),
    "EAE": (("硬币分拣器卡币", "A coin is stuck in the separator"), _COINS, "nothing"),
    "EAF": (("找零出口卡币", "A coin is stuck in the payout"), _COINS, "nothing"),
    "EAG": (("找零器卡币", "A coin is stuck in the changer"), _COINS, "nothing"),
    "EAH": (("退币通道卡币", "A coin is stuck in the reject chute"), _COINS, "nothing"),
    "EAI": (
        ("钱箱入口卡币", "A coin is stuck before the cash box"),
        ("清空钱箱，疏通入口。", "Empty the cash box and clear its entry."),
        "nothing",
    ),
    "EAJ": (("硬币器价格设置有误", "The coin mechanism's prices are set wrongly"), NOTE_AND_CALL, "nothing"),
    "EAL": (("硬币识别器损坏", "The coin validator has failed"), _COIN_UNIT, "nothing"),
    "EAM": (("硬币分拣器损坏", "The coin separator has failed"), _COIN_UNIT, "nothing"),
    "EAN": (("找零装置损坏", "The coin payout has failed"), _COIN_UNIT, "nothing"),
    "EAO": (("硬币器电路板故障", "The coin mechanism's board has failed"), _COIN_UNIT, "nothing"),
    "EAP": (("硬币器电源故障", "The coin mechanism has no power"), _COIN_UNIT, "nothing"),
    "EAR": (("硬币器没有回应", "The coin mechanism does not answer"), _COIN_UNIT, "nothing"),
    "EAS": (("退回了一枚硬币", "A coin was rejected"), NOTHING_TO_DO, "nothing"),
    "EA1": (
        ("硬币盒被取出", "The coin cassette was taken out"),
        ("确认是谁取出，再装回。", "Find out who took it, and put it back."),
        "nothing",
    ),
    # cups
    "EBB": (("纸杯检测开关故障", "The switch for empty cups has a fault"), _CUPS, "machine"),
    "EBC": (("杯位传感器故障", "The cup sensor has a fault"), _CUPS, "machine"),
    "EBD": (("分杯器故障", "The cup splitter has a fault"), _CUPS, "machine"),
    "EBE": (("纸杯没有落到位", "A cup did not arrive"), _CUPS, "machine"),
    "EBJ": (("没有纸杯", "Out of cups"), ("补充纸杯。", "Fill the cups."), "machine"),
    "EBM": (("落杯电机故障", "The cup drop motor has failed"), NOTE_AND_CALL, "machine"),
    # control system
    "ECA": (("电源电压异常", "The supply voltage is out of range"), _ELECTRICITY, "machine"),
    "ECB": (("保险丝或过载开关跳闸", "A fuse or overload switch has tripped"), _ELECTRICITY, "machine"),
    "ECD": (("主控板故障", "The control board has a fault"), _RESTART, "machine"),
    "ECE": (("继电器板故障", "The relay board has a fault"), _RESTART, "machine"),
    "ECF": (("线缆连接故障", "A cable or plug has a fault"), NOTE_AND_CALL, "machine"),
    "ECI": (
        ("门开关故障", "The door switch is stuck"),
        ("开关几次机门；仍不行请报修。", "Open and close the door a few times; else call service."),
        "nothing",
    ),
    "ECL": (("机器时钟不准", "The machine's clock is wrong"), NOTE_AND_CALL, "nothing"),
    "ECM": (("程序存储器出错", "The program memory has an error"), _RESTART, "machine"),
    "ECN": (("内存出错", "The memory has an error"), _RESTART, "machine"),
    "ECO": (
        ("断电记忆出错，计数可能有误", "The lasting memory has an error: counters may be wrong"),
        NOTE_AND_CALL,
        "nothing",
    ),
    "ECR": (("主控反复重启", "The control restarts again and again"), _RESTART, "machine"),
    "ECS": (("显示屏故障", "The display has a fault"), NOTE_AND_CALL, "nothing"),
    "ECU": (
        ("备用电池电量不足", "The backup battery is low"),
        ("请服务人员更换电池。", "Have service change the battery."),
        "nothing",
    ),
    "EC1A": (("有触电危险", "It may not be safe to touch"), _ELECTRICITY, "machine"),
    "EC1B": (("选货按键故障", "The selection panel has a fault"), NOTE_AND_CALL, "machine"),
    "EC1C": (("温度传感器故障", "A temperature sensor has a fault"), _COOLING, "food"),
    "EC1D": (("打印纸用完", "Out of printer paper"), ("换一卷打印纸。", "Put in a new roll."), "nothing"),
    "EC1F": (("选货键盘板故障", "The selection board has a fault"), NOTE_AND_CALL, "machine"),
    "EC1G": (("出货控制板故障", "The product delivery board has a fault"), _RESTART, "machine"),
    # drinks
    "EDJ": (("原料用完", "An ingredient is used up"), ("补充原料。", "Fill the ingredients."), "slot"),
    "EDK": (("锅炉故障", "The boiler has a fault"), _ELECTRICITY, "machine"),
    "EDN": (("过热保护已动作", "The boiler was cut out because it was too hot"), _ELECTRICITY, "machine"),
    "EDT": (("磨豆机故障", "The grinder has a fault"), NOTE_AND_CALL, "slot"),
    "EEA": (("冲泡器电机故障", "The brewer motor has failed"), NOTE_AND_CALL, "machine"),
    "EEL": (("冲泡器漏水", "The brewer leaks"), _WATER, "machine"),
    "EFB": (
        ("需要更换滤水芯", "The water filter is to be changed"),
        ("更换滤水芯。", "Change the filter."),
        "nothing",
    ),
    "EFJ": (("水管漏水", "A water hose leaks"), _WATER, "machine"),
    "EFL": (
        ("没有水", "There is no water"),
        ("检查水阀和水桶。", "Look at the tap and the tank."),
        "machine",
    ),
    "EFP": (("水质异常", "The water is not as it should be"), _WATER, "machine"),
    "EHK": (("二氧化碳不足", "The CO2 is low"), ("更换气瓶。", "Change the bottle."), "slot"),
    # cabinet and door
    "EGA": (("机柜受损", "The cabinet is damaged"), NOTE_AND_CALL, "nothing"),
    "EGC": (
        ("门锁故障", "The lock has a fault"),
        ("确认机门锁好；锁不上请报修。", "See that the door is locked; if it cannot be, call service."),
        "nothing",
    ),
    "EGE": (("照明不亮", "The lighting does not work"), NOTE_AND_CALL, "nothing"),
    "EGN": (("废物盒已满", "The waste container is full"), ("清空废物盒。", "Empty it."), "machine"),
    "EGS": (("机门开着", "The door is open"), ("关好机门。", "Close the door."), "machine"),
    "EGT": (("机门已关", "The door is closed"), NOTHING_TO_DO, "nothing"),
    "EGU": (
        ("出货门故障", "The delivery door has a fault"),
        ("检查出货门有没有被卡住。", "See whether something blocks the delivery door."),
        "machine",
    ),
    # communication
    "EIB": (("电话线路不通", "The telephone line is dead"), _NETWORK, "nothing"),
    "EIC": (("通信模块电池不足", "The communication unit's battery is low"), NOTE_AND_CALL, "nothing"),
    "EIE": (("没有移动网络信号", "No mobile network"), _NETWORK, "nothing"),
    "EIF": (("没有局域网", "No local network"), _NETWORK, "nothing"),
    "EIL": (
        ("主控没有回应通信模块", "The machine does not answer its communication unit"),
        _RESTART,
        "nothing",
    ),
    "EIN": (("信号弱", "The radio signal is weak"), _NETWORK, "nothing"),
    # goods
    "EJA": (
        ("出货门故障", "The vend door has a fault"),
        ("检查出货门有没有被卡住。", "See whether something blocks the vend door."),
        "machine",
    ),
    "EJB": (
        ("出货电机故障", "A dispense motor failed"),
        (
            "打开机门检查货道电机，关门后机器会再试；仍不行请报修。",
            "Open the door and look at the motor. The machine tries again once it is closed; else call service.",
        ),
        "slot",
    ),
    "EJC": (
        ("货道卡货", "A slot is jammed"),
        (
            "打开机门，取出卡住的商品，关好机门，再恢复销售。",
            "Open the door, free the unit, close the door, then let the slot sell again.",
        ),
        "slot",
    ),
    "EJD": (("托盘没有装好", "A tray is not in its place"), _TRAY, "slot"),
    "EJE": (
        ("转盘不转", "The drum does not turn"),
        ("检查转盘有没有被卡住。", "See whether something blocks the drum."),
        "machine",
    ),
    "EJF": (("转盘电机损坏", "The drum motor has failed"), NOTE_AND_CALL, "machine"),
    "EJG": (
        ("取货口故障", "The delivery hatch has a fault"),
        ("检查取货口有没有被卡住。", "See whether something blocks the hatch."),
        "machine",
    ),
    "EJH": (
        ("温度过高太久，已停售", "Too warm for too long: it sells nothing"),
        (
            "检查制冷和机门，丢弃变质食品，再开关一次机门复位。",
            "See to cooling and door, throw away what has spoiled, then open and close the door.",
        ),
        "food",
    ),
    "EJI": (("风扇损坏", "A fan has failed"), _COOLING, "food"),
    "EJJ": (("制冷不足", "It does not get cold enough"), _COOLING, "food"),
    "EJK": (("温控器故障", "The thermostat has a fault"), _COOLING, "food"),
    "EJL": (
        ("出货检测器故障", "The drop sensor is out of order"),
        (
            "擦拭检测器并关好机门；修好前每次出货都要你确认。",
            "Wipe the sensor and close the door. Until it works, every vend comes to you.",
        ),
        "nothing",
    ),
    "EJM": (
        ("升降或传送装置故障", "The lift or conveyor has a fault"),
        ("检查有没有商品挡住升降机。", "See whether a unit blocks the lift."),
        "machine",
    ),
    # cashless
    "EK": (("读卡器故障", "The cashless reader has a fault"), _READER, "nothing"),
    "EKA": (("读卡头故障", "The card slot has a fault"), _READER, "nothing"),
    "EKB": (("读卡器控制单元故障", "The reader's control unit has a fault"), _READER, "nothing"),
    "EKC": (("读卡器电路板故障", "The reader's board has failed"), _READER, "nothing"),
    "EKD": (("读卡器电源故障", "The reader has no power"), _READER, "nothing"),
    "EKE": (("卡被拒绝", "A card was rejected"), _CARD, "nothing"),
    "EKF": (("读卡器设置有误", "The reader is set up wrongly"), NOTE_AND_CALL, "nothing"),
    "EKH": (("卡已过期", "A card has expired"), _CARD, "nothing"),
    "EKI": (("卡已锁", "A card is blocked"), _CARD, "nothing"),
    "EKJ": (("卡在黑名单上", "A card is on the hot list"), _CARD, "nothing"),
    "EKK": (
        ("读卡器内存已满", "The reader's memory is full"),
        ("读出数据。", "Have its data read out."),
        "nothing",
    ),
    "EKL": (("读卡器安全模块故障", "The reader's security module has a fault"), _READER, "nothing"),
    "EKM": (("读卡器没有回应", "The reader does not answer"), _READER, "nothing"),
    "EK2": (("第二个读卡器故障", "The second cashless reader has a fault"), _READER, "nothing"),
    # products
    "ELA": (
        ("商品没有掉下来", "Nothing fell"),
        ("检查货道最前面的商品是否摆正。", "See that the first unit in the slot stands free."),
        "slot",
    ),
    "ELB": (
        ("货道空了，与账面不符", "The slot is empty although the book says otherwise"),
        ("清点并补货。", "Count it and fill it."),
        "slot",
    ),
    "ELC": (("出水量不对", "The amount of water is wrong"), NOTE_AND_CALL, "slot"),
    "ELD": (("糖浆量不对", "The amount of syrup is wrong"), NOTE_AND_CALL, "slot"),
    "ELE": (("商品快卖完", "A product runs low"), ("安排补货。", "Plan to fill it."), "nothing"),
    # bill validator
    "EN": (("纸币器故障", "The bill validator has a fault"), _BILL_UNIT, "nothing"),
    "ENA": (("纸币入口堵塞", "The bill entry is blocked"), _BILLS, "nothing"),
    "ENB": (
        ("多次投入假钞", "False notes are being put in"),
        ("留意付款的人，查看钱箱。", "Watch who pays, and look into the cash box."),
        "nothing",
    ),
    "ENC": (("纸币卡在识别器", "A note is stuck in the validator"), _BILLS, "nothing"),
    "END": (("纸币卡在叠钞箱", "A note is stuck in the stacker"), _BILLS, "nothing"),
    "ENE": (("纸币箱已满", "The note box is full"), ("清空纸币箱。", "Empty the note box."), "nothing"),
    "ENF": (
        ("纸币箱被取出或没装好", "The note box is out or not in its place"),
        ("确认是谁取出，再装好。", "Find out who took it, and put it in again."),
        "nothing",
    ),
    "ENG": (("纸币识别器损坏", "The bill validator has failed"), _BILL_UNIT, "nothing"),
    "ENH": (("叠钞装置损坏", "The stacker has failed"), _BILL_UNIT, "nothing"),
    "ENI": (("纸币器电路板故障", "The bill validator's board has a fault"), _BILL_UNIT, "nothing"),
    "ENJ": (("纸币器电源故障", "The bill validator has no power"), _BILL_UNIT, "nothing"),
    "ENK": (("纸币器没有回应", "The bill validator does not answer"), _BILL_UNIT, "nothing"),
    # refrigeration
    "EOA": (("冷柜温度传感器故障", "The cold box's temperature sensor has a fault"), _COOLING, "food"),
    "EOB": (("压缩机控制故障", "The compressor's control has a fault"), _COOLING, "food"),
    "EOC": (("压缩机故障", "The compressor has a fault"), _COOLING, "food"),
    "EOH": (("冷凝器堵塞或泄漏", "The condenser is dirty or leaks"), _AIR, "food"),
    "EOI": (("冷凝风扇故障", "The condenser fan has failed"), _AIR, "food"),
    "EOJ": (("蒸发器结冰或堵塞", "The evaporator is frozen or blocked"), _COOLING, "food"),
    "EOM": (("制冷剂泄漏", "Refrigerant leaks"), _COOLING, "food"),
    "EOQ": (
        ("冷凝水溢出", "Condensate runs over"),
        ("清空接水盘，疏通排水管。", "Empty the pan and clear its drain."),
        "nothing",
    ),
    # people's work
    "OAA": (("需要维护", "Maintenance"), ("安排维护。", "Plan it."), "nothing"),
    "OAJ": (("清洁消毒", "Sanitising"), NOTHING_TO_DO, "nothing"),
    "OAL": (("改价", "A price was changed"), NOTHING_TO_DO, "nothing"),
    "OBA": (
        ("商品放错", "Loaded wrongly"),
        ("对照货道图检查商品。", "Compare the goods with the planogram."),
        "slot",
    ),
    "OBB": (("机门没有关", "The door was left open"), ("关好机门。", "Close the door."), "machine"),
    "OBJ": (
        ("价格不对", "A price is wrong"),
        ("对照价目表检查机器价格。", "Compare the machine's prices with the list."),
        "nothing",
    ),
    "OBO": (("钱箱已满", "The cash box is full"), ("清空钱箱。", "Empty it."), "nothing"),
    "OBT": (("冷却不足", "It is not cooled enough"), _COOLING, "food"),
    "OCA": (
        ("机器被撬或被盗", "It was broken into"),
        ("不要动现场，报警并通知店长。", "Leave it as it is, call the police and your manager."),
        "machine",
    ),
    "OCB": (("机器被人为破坏", "It was vandalised"), NOTE_AND_CALL, "machine"),
    "OCF": (
        ("停电", "Its power was interrupted"),
        ("检查插头和电源。", "Look at its plug and power."),
        "machine",
    ),
    "OFA": (("硬币已取走", "The coins were collected"), NOTHING_TO_DO, "nothing"),
    "OFB": (("纸币已取走", "The notes were collected"), NOTHING_TO_DO, "nothing"),
    "OBC": (("商品不足", "A product is low or empty"), ("补货。", "Fill it."), "nothing"),
}
