"""Runs the processes, kills and disturbs them, and lets others go on."""
import collections, concurrent.futures, contextlib, os, random, re, shutil, signal, subprocess, time
from records import Count, examine


class Kit:
    """One kind of disturbance to one kind of store, and what was counted."""

    def __init__(self, store, binary, folder, careless=False):
        self.store, self.binary, self.folder, self.count = store, binary, folder, Count()
        self.careless = ["careless"] if careless else []

    def command(self, verb, folder, keys):
        return [self.binary, verb, str(folder), str(keys)] + self.careless

    def start(self, name, keys, filled):
        """A folder as it is before the run that is disturbed."""
        folder = self.folder / name
        folder.mkdir()
        if filled:
            subprocess.run(self.command("fill", folder, filled), check=True)
        return folder

    def trace(self, keys, filled):
        """The system calls of an undisturbed run: name and number among its name, and where the store begins."""
        folder = self.start("trace", keys, filled)
        log = self.folder / "trace.log"
        subprocess.run(["strace", "-f", "-qq", "-o", str(log)] + self.command("make", folder, keys), check=True)
        calls, seen, first = [], collections.Counter(), None
        for line in log.read_text().splitlines():
            call = re.match(r"\d+ +([a-z_0-9]+)\(", line)
            if not call:
                continue
            seen[call[1]] += 1
            if first is None and str(folder) + "/" in line:
                first = len(calls)
            calls.append((call[1], seen[call[1]]))
        shutil.rmtree(folder)
        return calls, first

    def disturbed(self, where, keys, filled, injection):
        folder = self.start(where, keys, filled)
        call = injection.split(":")[0]
        done = subprocess.run(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e", "inject=" + injection]
            + self.command("make", folder, keys), capture_output=True, text=True, timeout=120)
        killed = done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
        wanted = "signal=KILL" in injection
        with self.count.lock:
            self.count["killed" if killed else "refused" if done.returncode == 3 else "survived"] += 1
        if not (killed and wanted) and done.returncode not in (0, 3):
            self.count.found("fault", where, "it ended with %d: %s" % (done.returncode, done.stderr[-200:]))
        # Where it cannot write, it cannot say so either.
        if done.returncode == 3 and not done.stdout.strip() and call != "write":
            self.count.found("fault", where, "it ended without a word")
        copy = self.folder / (where + "-copy")
        shutil.copytree(folder, copy)
        examine(self.count, where, copy, self.store)
        self.resume(where, folder, keys)
        shutil.rmtree(folder)
        shutil.rmtree(copy)

    def resume(self, where, folder, keys):
        """Lets another process go on: then every key has its effect."""
        again = subprocess.run(self.command("resume", folder, keys), capture_output=True, text=True, timeout=600)
        if again.returncode != 0:
            self.count.found("fault", where, "going on ended with %d: %s" % (again.returncode, again.stdout[-300:]))
        made = examine(self.count, where + ", going on", folder, self.store)
        if len(made) < keys:
            self.count.found("lost", where, "%d effects of %d after going on" % (len(made), keys))
        with self.count.lock:
            self.count["effects"] += sum(made.values())

    def all(self, points, keys, filled):
        """Disturbs one run for each injection, several at once."""
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            jobs = [
                pool.submit(self.disturbed, "%03d-%s" % (number, re.sub(r"\W+", "-", point)), keys, filled, point)
                for number, point in enumerate(points)
            ]
            for job in jobs:
                job.result()

    def die(self, keys):
        """Lets a process die between the first effect and its settlement, and another one go on."""
        with self.server_folder() as folder:
            died = subprocess.run(self.command("die", folder, keys), capture_output=True, text=True, timeout=120)
            if died.returncode != -signal.SIGKILL:
                self.count.found("fault", "die", "it ended with %d: %s" % (died.returncode, died.stdout[-200:]))
            self.resume("die", folder, keys)

    @contextlib.contextmanager
    def server_folder(self):
        """A folder whose name no other run on the same server has."""
        folder = self.start("race_%d" % random.getrandbits(60), 0, 0)
        try:
            yield folder
        finally:
            self.store.forget(folder)

    def race(self, seconds, every=1, processes=8):
        """Lets processes race for the same keys, kills one of them again and again, and at last all."""
        with self.server_folder() as folder:
            # The name by which a server knows what belongs to this race.
            environment = dict(os.environ, PGAPPNAME=folder.name)

            def launch():
                return subprocess.Popen(self.command("race", folder, 100_000_000), env=environment)

            running = [launch() for _ in range(processes)]
            end, kills = time.monotonic() + seconds, 0
            while time.monotonic() < end:
                time.sleep(min(every, max(0, end - time.monotonic())))
                victim = random.randrange(processes)
                if running[victim].poll() is not None:
                    self.count.found("fault", "race", "a process ended with %d" % running[victim].returncode)
                running[victim].kill()
                running[victim].wait()
                kills += 1
                running[victim] = launch()
            for process in running:
                process.kill()
                process.wait()
            made = examine(self.count, "race", folder, self.store)
            records = self.store.records(folder)
            self.resume("race", folder, max([int(key.split(" ")[1]) for key in made] + [0]) + 1)
        return {
            "killed": kills + processes, "keys": len(records.rows), "tokens": records.token,
            "effects": sum(made.values()), "unknown": records.unknown}
