"""What breaks, one thing in each zone, and how it is seen."""
import dataclasses

from . import site as place

SIX_PORT_53 = "ip6 saddr {{ {} }} udp sport 53 drop\nip6 saddr {{ {} }} tcp sport 53 drop\n"


@dataclasses.dataclass(frozen=True)
class Fault:
    """plant, mend: functions without arguments."""

    label: str
    zone: place.Zone
    plant: object
    mend: object
    is_cached: bool  # its effect waits until something ends in a cache
    truth: str  # the code that doctor has to name first
    doctor: tuple  # words after `sextant doctor`

    @property
    def name(self):
        return f"www.{self.zone.name}"


class Rules:
    """The core's packet filter: what is lost for the faults that are planted."""

    def __init__(self, site):
        self.site, self.rows = site, {}

    def set(self, label, text):
        self.rows[label] = text
        self.site.core_rules("".join(self.rows.values()))

    def clear(self, label):
        self.set(label, "")


def all_faults(site):
    rules = Rules(site)
    at = ("--server", place.OURS, "--server", place.OURS4)
    lan6 = ("--server", place.LAN6)
    return [
        Fault("RRSIG of one AAAA broken", place.SIGNATURE, site.break_signature, site.mend_signature, True, "DOC-20", at),
        Fault("name servers dead over IPv6", place.SIX, lambda: rules.set("six", SIX_PORT_53.format(place.SIX.six(), place.SIX.six())),
              lambda: (rules.clear("six"), site.flush(place.SIX.name)), True, "DOC-10", lan6),
        Fault("packet-too-big dropped", place.PATH,
              lambda: rules.set("path", f"ip6 saddr {{ {place.PATH.six()} }} meta length > {place.NARROW} drop\n"),
              lambda: rules.clear("path"), True, "DOC-13", lan6),
        Fault("AAAA glue gone from the parent", place.GLUE, site.strip_glue, site.mend_glue, True, "DOC-07", lan6),
        Fault("service port dead over IPv6", place.PORT, lambda: site.close_service(place.PORT.service()[0]),
              lambda: site.open_service(place.PORT.service()[0]), False, "DOC-40", at),
    ]


def is_trouble(attempt):
    """AAAA failed, IPv6 was given up for IPv4, nothing answered, or it took longer than a person overlooks."""
    return attempt["outcomes"].get("AAAA") not in ("NOERROR", None) or attempt["via"] != "ipv6" or attempt["ms"] > 1000


def is_well(attempt):
    """What a monitor of uptime sees: some address, some connection."""
    return attempt["via"] is not None
