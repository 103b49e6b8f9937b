"""A people counter that keeps the six rules. python people_counter.py STORE DEVICE HOST PORT PASSWORD MEMORY.sqlite"""

import json
import secrets
import sqlite3
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime

import paho.mqtt.client as mqtt


class PeopleCounter:
    IS, RESEND_S = {"kind": "footfall", "model": "X", "serial": "1", "firmware": "1", "capabilities": {}}, 2.0

    def __init__(self, store, device, host, port, password, memory):
        self.root, self.login = f"popshop/1/{store}/{device}/", (device, password)
        self.address, self.source = (host, int(port)), f"/popshop/{store}/{device}"
        self.db = sqlite3.connect(memory, isolation_level=None)
        self.db.execute("CREATE TABLE IF NOT EXISTS memory (one INTEGER PRIMARY KEY, kept TEXT)")
        kept = self.db.execute("SELECT kept FROM memory").fetchone()
        self.reports, self.commands = json.loads(kept[0]) if kept else ([], [])
        self.client, self.restarting, self.boot, self.seq = None, False, secrets.token_hex(8), 0
        self.keep("", "booted")  # rule 1: under a new boot id. Rule 6: not a word about what was under way

    def keep(self, noting, name="", **data):  # rule 2: in flash, in one step, before anything is sent
        self.commands = [*self.commands, noting][-1000:] if noting else self.commands
        self.seq += bool(name)
        event = {"specversion": "1.0", "id": f"{self.boot}-{self.seq}", "time": datetime.now(UTC).isoformat()}
        event |= {"source": self.source, "type": f"popshop.report.{name}.v1", "sequence": str(self.seq)}
        self.reports += [[self.boot, self.seq, json.dumps({**event, "data": data})]] if name else []
        self.db.execute("REPLACE INTO memory VALUES (1, ?)", [json.dumps([self.reports, self.commands])])

    def on_message(self, client, _, message):
        command_id = reason = ""
        try:
            body = json.loads(message.payload)
            if message.topic.endswith("/ack"):
                self.take_ack(body["boot"], body["upto"])
            elif (command_id := str(body["id"])[:200]) not in self.commands:  # rule 5
                late = datetime.fromisoformat(body["expires_at"]) <= datetime.now(UTC)
                reason = "expired" if late else self.obey(command_id, body["kind"], body)
        except (ValueError, TypeError, KeyError, RecursionError):  # whatever it was, the next one counts
            reason = "malformed"
        if reason and message.topic.endswith("/command"):
            self.keep(command_id, "command_refused", command_id=command_id, reason=reason)
        client.ack(message.mid, message.qos)  # only now: what it asked for is in flash

    def take_ack(self, boot, upto):  # rule 3: only this frees a report, and only when we wrote that far
        if boot != self.boot or upto <= self.seq:
            left = [row for row in self.reports if row[0] != boot or row[1] > upto]
            self.sent, self.reports = max(0, self.sent - len(self.reports) + len(left)), left
            self.silence_s, self.resend_at = self.RESEND_S, time.monotonic() + self.RESEND_S

    def obey(self, command_id, kind, command):  # note it and do it, or say why not
        self.restarting = kind == "restart"
        return self.keep(command_id) if kind in ("restart", "identify") else "unsupported"

    def connect(self):  # a new client each time: what counts is in flash, and the last will names the boot
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, self.login[0], False, manual_ack=True)
        self.client.username_pw_set(*self.login)
        self.client.will_set(self.root + "state", json.dumps({"status": "lost", "boot": self.boot}), 1, True)
        self.client.on_connect = lambda c, *_: c.subscribe([(self.root + t, 1) for t in ("ack", "command")])
        self.client.on_subscribe, self.client.on_message = lambda *_: self.present("ready"), self.on_message
        self.sent, self.again_at, self.silence_s = 0, 0, self.RESEND_S
        self.client.connect(*self.address, keepalive=15)

    def present(self, status):  # at once, 2 seconds later, and every minute
        how = {"status": status, "boot": self.boot, "at": datetime.now(UTC).isoformat()}
        for leaf, body in ("describe", {**self.IS, "boot": self.boot}), ("state", how):
            self.client.publish(self.root + leaf, json.dumps(body), 1, retain=True)
        self.again_at = time.monotonic() + (60 if self.again_at else 2)

    def step(self):  # rule 4: send in order, and from the oldest again when nobody answers
        if self.client is None or self.client.loop(0.05) != mqtt.MQTT_ERR_SUCCESS:
            time.sleep(self.RESEND_S / 4)
            self.connect()
        if self.again_at and time.monotonic() > self.again_at:
            self.present("ready")
        if self.sent and time.monotonic() > self.resend_at:
            self.sent, self.silence_s = 0, min(10, self.silence_s * 2)
        self.resend_at = self.resend_at if self.sent else time.monotonic() + self.silence_s
        for _, _, body in self.reports[self.sent : 200] if self.again_at else []:
            self.client.publish(self.root + "report", body, 1)
            self.sent += 1

    def run(self):  # until a restart is ordered
        while not self.restarting:
            with suppress(OSError):  # no broker just now
                self.step()
        self.present("disconnected")
        any(self.client.loop(0.05) for _ in range(9))  # until it has arrived: a closed socket takes it along
        self.client.disconnect()


if __name__ == "__main__":
    while True:  # your sensor calls keep("", "footfall_counted", entered=…, left=…, from_at=…, to_at=…)
        PeopleCounter(*sys.argv[1:]).run()
