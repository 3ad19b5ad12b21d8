"""Debian's clickhouse-server as a plain process of a test: its configuration, its start and end, and questions to it."""
import hashlib
import pathlib
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging" / "clickhouse"
USER, PASSWORD = "sextant", "correct horse"


def statements(name):
    """The statements of a file of packaging/clickhouse, without comments; those of queries.sql by their names."""
    text = (PACKAGING / name).read_text()
    found = {}
    for number, part in enumerate(text.split(";\n")):
        title = re.search(r"^-- name: ([^.]*)", part, re.M)
        statement = re.sub(r"^--.*$", "", part, flags=re.M).strip()
        if statement:
            found[title.group(1) if title else str(number)] = statement
    return found


class ClickHouse:
    """One server on ::1 and 127.0.0.1, with a folder of its own."""

    def __init__(self, folder, port):
        self.folder, self.port, self.process = pathlib.Path(folder), port, None
        self.folder.mkdir(parents=True)
        digest = hashlib.sha256(PASSWORD.encode()).hexdigest()
        (self.folder / "config.xml").write_text(f"""<yandex>
<logger><level>warning</level><console>1</console></logger>
<http_port>{port}</http_port>
<listen_host>::1</listen_host><listen_host>127.0.0.1</listen_host>
<path>{folder}/data/</path><tmp_path>{folder}/tmp/</tmp_path>
<users_config>users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>67108864</mark_cache_size>
</yandex>
""")
        (self.folder / "users.xml").write_text(f"""<yandex><profiles><default/></profiles><quotas><default/></quotas><users><{USER}>
<password_sha256_hex>{digest}</password_sha256_hex><networks><ip>::1</ip><ip>127.0.0.1</ip></networks>
<profile>default</profile><quota>default</quota>
</{USER}></users></yandex>
""")

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(["clickhouse-server", f"--config-file={self.folder}/config.xml"], stdout=log, stderr=log,
                                            cwd=self.folder)
        deadline = time.monotonic() + 20
        while True:
            try:
                return urllib.request.urlopen(f"http://[::1]:{self.port}/ping", timeout=5).read()
            except OSError:
                assert self.process.poll() is None and time.monotonic() < deadline, (self.folder / "log").read_text()
                time.sleep(0.02)

    def stop(self):
        """At once: version 18.16 waits ten seconds for connections that are kept alive. What it has said yes to is in its files."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def ask(self, statement):
        """The rows of the answer, each a tuple of texts."""
        url = f"http://[::1]:{self.port}/?" + urllib.parse.urlencode({"user": USER, "password": PASSWORD})
        try:
            text = urllib.request.urlopen(url, data=statement.encode(), timeout=20).read().decode()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{statement}\n{error.read().decode()}") from error
        return [tuple(line.split("\t")) for line in text.splitlines()]
