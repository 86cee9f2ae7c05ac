"""A headless Chromium, driven by its own protocol over two pipes."""
import base64, json, os, shutil, subprocess, tempfile, threading


class Browser:
    """A browser with one page; its profile is removed at the end."""

    def __init__(self, url):
        program = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])))
        self.profile = tempfile.mkdtemp()
        read, self.output = os.pipe()
        self.input, write = os.pipe()
        # The browser reads commands from its file 3, and writes answers to its file 4. Without a sandbox, which is not
        # to be had as root; the page is the project's own.
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio",
                   "--user-data-dir=" + self.profile, "--window-size=1000,1250", "--remote-debugging-pipe"]
        shell = ["sh", "-c", 'exec "$@" 3<&%d 4>&%d' % (read, write), "sh"]
        self.process = subprocess.Popen(shell + command, pass_fds=[read, write], stderr=subprocess.DEVNULL)
        os.close(read), os.close(write)
        self.rest, self.number, self.session = b"", 0, None
        # A browser that hangs is ended, and the pipe with it.
        self.watchdog = threading.Timer(120, self.process.kill)
        self.watchdog.start()
        page = self.send("Target.createTarget", url=url)["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.watchdog.cancel()
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def send(self, method, **parameters):
        """Sends a command and returns its result; the events before it are dropped."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.output, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError("%s: %s" % (method, answer["error"]["message"]))
                return answer["result"]

    def receive(self):
        while b"\0" not in self.rest:
            bytes = os.read(self.input, 1 << 16)
            if not bytes:
                raise RuntimeError("the browser has ended")
            self.rest += bytes
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def evaluate(self, script):
        """Returns the value of a script in the page."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", "the script failed"))
        return answer["result"].get("value")

    def click(self, id):
        """Presses and releases the mouse in the middle of an element."""
        place = self.evaluate(
            "(() => { const box = document.getElementById('%s').getBoundingClientRect();"
            " return { x: box.x + box.width / 2, y: box.y + box.height / 2 } })()" % id)
        for type in ["mousePressed", "mouseReleased"]:
            self.send("Input.dispatchMouseEvent", type=type, button="left", clickCount=1, **place)

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.send("Page.captureScreenshot")["data"]))
