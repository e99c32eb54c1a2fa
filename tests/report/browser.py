"""Chromium without a window, spoken to over a pipe in its DevTools protocol. It needs nothing but Python itself."""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Whatever a page does that it must not: what its policy has refused, and what it has said.
WATCH = """
window.refused = [];
addEventListener("securitypolicyviolation", (event) => refused.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
KEYS = {"Enter": (13, "\r"), "Tab": (9, ""), "Escape": (27, "")}


class Browser:
    """One Chromium, which resolves no name of a host. `with Browser() as browser:` ends it."""

    def __enter__(self):
        found = [path for path in map(shutil.which, NAMES) if path]
        if not found:
            raise FileNotFoundError(f"none of {', '.join(NAMES)} is installed: apt-get install chromium")
        self.folder = tempfile.TemporaryDirectory()
        (commands, self.commands), (self.answers, answers) = os.pipe(), os.pipe()
        flags = ["--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        flags += ["--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe"]
        # Root has no sandbox; what is opened is our own page.
        flags += ["--no-sandbox"] if os.geteuid() == 0 else []
        # It reads commands from 3 and writes answers to 4.
        words = ["bash", "-c", f'exec "$0" "$@" 3<&{commands} 4>&{answers}', found[0], *flags]
        words += [f"--user-data-dir={self.folder.name}", "about:blank"]
        self.process = subprocess.Popen(
            words, pass_fds=(commands, answers), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(commands)
        os.close(answers)
        self.number, self.left, self.events = 0, b"", []
        return self

    def __exit__(self, *_):
        self.send("Browser.close")
        self.process.wait(timeout=30)
        os.close(self.commands)
        os.close(self.answers)
        self.folder.cleanup()

    def send(self, method, session=None, **parameters):
        """Sends a command and gives its answer; events that come before it are kept."""
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        self.write(command)
        while True:
            message = self.read()
            if message.get("id") == self.number:
                break
            self.events.append(message)
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']}")
        return message["result"]

    def write(self, command):
        """A pipe takes what it has room for."""
        data = memoryview(json.dumps(command).encode() + b"\0")
        while data:
            data = data[os.write(self.commands, data) :]

    def read(self):
        while b"\0" not in self.left:
            more = os.read(self.answers, 1 << 20)
            if not more:
                raise EOFError("Chromium has ended")
            self.left += more
        message, self.left = self.left.split(b"\0", 1)
        return json.loads(message)

    def wait_for(self, event, session):
        """Waits until an event came, at once if it has come already."""
        while not any(it.get("method") == event and it.get("sessionId") == session for it in self.events):
            self.events.append(self.read())

    def open(self, path, **how):
        return Page(self, path, **how)


class Page:
    """A page that was opened from the disk, at a width, in light or dark, with or without script."""

    def __init__(self, browser, path, width=1280, scheme="light", has_script=True):
        self.browser = browser
        target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        self.send("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        self.send("Emulation.setScriptExecutionDisabled", value=not has_script)
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.media("screen", scheme)
        self.send("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
        browser.wait_for("Page.loadEventFired", self.session)

    def send(self, method, **parameters):
        return self.browser.send(method, self.session, **parameters)

    def media(self, media, scheme="light"):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.send("Emulation.setEmulatedMedia", media=media, features=features)

    def evaluate(self, expression):
        """The value of an expression, or of its promise. What the page's policy forbids binds no debugger."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression[:200]}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def press(self, key):
        code, text = KEYS[key]
        common = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
        self.send("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text):
        self.send("Input.insertText", text=text)

    def said(self):
        """What the console has, and what has gone wrong, in words."""
        methods = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [it["params"] for it in self.of_session() if it["method"] in methods]

    def requests(self):
        """The addresses that it has asked for."""
        sent = [it["params"] for it in self.of_session() if it["method"] == "Network.requestWillBeSent"]
        return [it["request"]["url"] for it in sent if it["request"]["url"] != "about:blank"]

    def of_session(self):
        # What is still on its way comes before the answer.
        self.evaluate("new Promise((resolve) => setTimeout(resolve, 50))")
        return [it for it in self.browser.events if it.get("sessionId") == self.session]

    def pdf(self):
        return base64.b64decode(self.send("Page.printToPDF", preferCSSPageSize=True)["data"])

    def picture(self, path):
        data = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=False)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))
