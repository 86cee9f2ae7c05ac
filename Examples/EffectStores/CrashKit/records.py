"""What a store has recorded, read without the store; and what must be true of it."""
import collections, contextlib, glob, os, shutil, sqlite3, subprocess, threading

RUNNING, ABANDONED, INDETERMINATE, SUCCEEDED = 1, 2, 3, 4


class Count(collections.Counter):
    """How often something was seen, and a line about each thing that is wrong."""

    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()
        self.details = []

    def found(self, kind, where, what):
        with self.lock:
            self[kind] += 1
            self.details.append("%s: %s: %s" % (kind, where, what))


class Records:
    """The rows by their keys: phase, token and result; the last token; and what is wrong with the store itself."""

    def __init__(self, rows, token, faults=()):
        self.rows, self.token, self.faults = rows, token, list(faults)
        if token < max([row[1] for row in rows.values()] + [0]):
            self.faults.append("the last token is %d, and not the greatest" % token)

    @property
    def unknown(self):
        return sum(row[0] < SUCCEEDED for row in self.rows.values())


class SQLiteStore:
    """The file in each folder."""

    name, program = "SQLite", "SQLiteCrashRun"

    def records(self, folder):
        """The records in a folder; `None` if there is no store yet."""
        path = folder / "store.db"
        if not path.exists():
            return None
        with contextlib.closing(sqlite3.connect(path, timeout=10)) as store:
            faults = []
            if store.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                faults.append("the file is damaged")
            if store.execute("PRAGMA user_version").fetchone() == (0,):
                return None
            rows = {
                bytes(key).decode(): (phase, token, None if result is None else bytes(result).rstrip(b".").decode())
                for key, phase, token, result in store.execute("SELECT key, phase, token, result FROM effects")
            }
            token, total = store.execute("SELECT token, count FROM store").fetchone()
            if total != len(rows):
                faults.append("%d records are counted of %d" % (total, len(rows)))
            counted = dict(store.execute("SELECT tenant, count FROM tenants"))
            real = dict(store.execute("SELECT tenant, count(*) FROM effects WHERE tenant <> x'' GROUP BY tenant"))
            if counted != real:
                faults.append("tenants are counted as %s and have %s" % (counted, real))
            return Records(rows, token, faults)

    def forget(self, folder):
        pass


class PostgresStore:
    """The schema with the name of each folder, on the server that libpq's variables name."""

    name, program = "PostgreSQL", "PostgresCrashRun"

    def __init__(self):
        found = shutil.which("psql") or max(glob.glob("/usr/lib/postgresql/*/bin/psql"), default=None)
        self.psql = found or "psql"

    def ask(self, sql):
        run = subprocess.run(
            [self.psql, "-XAtq", "-F", " ", "-v", "ON_ERROR_STOP=1", "-c", sql], check=True, stdout=subprocess.PIPE,
            text=True)
        return [line.split(" ") for line in run.stdout.splitlines()]

    def records(self, folder):
        """The records of a schema, when the server is through with all that killed processes have asked for."""
        while self.ask("SELECT 1 FROM pg_stat_activity WHERE application_name = '%s'" % folder.name):
            pass
        rows = self.ask(
            "SELECT encode(key, 'hex'), phase, token, rtrim(convert_from(result, 'UTF8'), '.') FROM %s.effects"
            % folder.name)
        token = self.ask("SELECT last_value FROM %s.token" % folder.name)[0][0]
        return Records(
            {bytes.fromhex(key).decode(): (int(phase), int(own), result) for key, phase, own, result in rows},
            int(token))

    def forget(self, folder):
        self.ask("SET client_min_messages = warning; DROP SCHEMA IF EXISTS %s CASCADE" % folder.name)


def lines(folder, name):
    path = folder / name
    # A killed process may have left a part of a line behind; it was never confirmed.
    text = path.read_text() if path.exists() else ""
    return [line.rsplit(" ", 1) for line in text[: text.rfind("\n") + 1].splitlines()]


def examine(count, where, folder, store):
    """Checks an unused store; its faults go to the counts. Returns the effects of each key."""
    effects, settlements = lines(folder, "effects"), lines(folder, "settlements")
    made = collections.Counter(key for key, _ in effects)
    for key, times in made.items():
        if times > 1:
            count.found("duplicate", where, "%s has %d effects" % (key, times))
    tokens = collections.Counter(token for _, token in effects)
    if any(times > 1 for times in tokens.values()):
        count.found("fault", where, "a token was given out twice")
    records = store.records(folder)
    if records is None:
        if effects:
            count.found("lost", where, "there is no store")
        return made
    for fault in records.faults:
        count.found("fault", where, fault)
    for key, own in effects:
        phase, last, _ = records.rows.get(key, (None, None, None))
        if phase not in (RUNNING, ABANDONED, INDETERMINATE, SUCCEEDED) or last != int(own):
            count.found("lost", where, "the effect of %s by token %s is recorded as %s, %s" % (key, own, phase, last))
    for key, own in settlements:
        phase, _, result = records.rows.get(key, (None, None, None))
        if phase != SUCCEEDED or result != own:
            count.found("lost", where, "the settlement of %s by token %s is not there" % (key, own))
    for key, (phase, _, _) in records.rows.items():
        if phase == SUCCEEDED and key not in made and not key.startswith("old"):
            count.found("lost", where, "%s has a success and no effect" % key)
    return made
