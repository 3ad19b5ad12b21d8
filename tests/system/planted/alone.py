"""For programs of this folder: namespaces of their own, so that nothing that they send can leave the machine."""
import os
import sys

MARK = "SEXTANT_ALONE"
SETUP = 'ip link set lo up; mount -t tmpfs none /run; mkdir -p /run/netns; exec "$@"'


def stay_alone():
    """Begins the program again in network and mount namespaces of its own."""
    if MARK not in os.environ:
        rights = [] if os.getuid() == 0 else ["--map-root-user"]
        os.execvpe("unshare", ["unshare", *rights, "--net", "--mount", "sh", "-c", SETUP, "sh", sys.executable, *sys.argv],
                   {**os.environ, MARK: "1", "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"})
