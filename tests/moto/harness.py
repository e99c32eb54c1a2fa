"""What the Python tests share: checks that are counted, servers that are stopped, boto3 clients, orgcensus itself."""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import boto3
from botocore.config import Config

START_SECONDS = 120
RUN_SECONDS = 1800
# As fast as who answers can.
RATES = pathlib.Path(__file__).resolve().parents[1] / "rates.toml"
# How the names of collectors begin that read once for the organization; they count for the management account.
ONCE = ("account_tags", "delegated_administrators", "identity_center_", "organization")


class Checks:
    """Prints one line a check and counts them."""

    def __init__(self):
        self.passed = self.failed = 0

    def true(self, what, is_true, found=""):
        if is_true:
            self.passed += 1
            print(f"ok   {what}", flush=True)
            return
        self.failed += 1
        print(f"FAIL {what}\n     {found}", flush=True)

    def equal(self, what, expected, found):
        self.true(what, expected == found, f"expected {brief(expected)}\n     found    {brief(found)}")

    def equal_rows(self, what, expected, found):
        """As equal, for lists of rows in any order; of long lists it prints what only one of them has."""
        # A row may be there twice: nothing is made a set.
        expected, found = (collections.Counter(map(canonical, rows)) for rows in (expected, found))
        missing, surplus = list((expected - found).elements()), list((found - expected).elements())
        difference = f"missing {brief(missing)}\n     surplus {brief(surplus)}"
        self.true(f"{what} ({expected.total()})", not missing and not surplus, difference)

    def run(self, what, part):
        """Runs a part of the test. One that breaks has failed."""
        try:
            return part()
        except Exception as error:  # whatever it is, it must not end the other parts
            self.true(what, False, f"{type(error).__name__}: {error}")
            return None

    def end(self):
        """Says how it went; the program's exit status."""
        print(f"{self.passed} passed, {self.failed} failed")
        # A test that checked nothing has not passed.
        return 1 if self.failed or not self.passed else 0


def main(description, test):
    """A program: `test(checks, orgcensus, folder)` with the program under test and a folder of its own."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orgcensus", required=True, type=pathlib.Path, help="the orgcensus to test")
    parser.add_argument("--simulator", help="not used: every program under tests/ takes both binaries")
    arguments = parser.parse_args()
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        checks.run("the whole test", lambda: test(checks, str(arguments.orgcensus.resolve()), folder))
    sys.exit(checks.end())


def canonical(value):
    return json.dumps(value, sort_keys=True, default=str)


def brief(value):
    text = value if isinstance(value, str) else canonical(sorted(value) if isinstance(value, set) else value)
    return text if len(text) <= 1500 else f"{text[:1500]} … ({len(text)} characters)"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def stopped_at_the_end(process):
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def moto():
    """moto's server on a free port: its URL."""
    port = free_port()
    # Without AWS's managed policies AdministratorAccess cannot be attached; amazon's images are not needed.
    settings = {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
    line = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(line, env=os.environ | settings, stdout=log, stderr=log)
        with stopped_at_the_end(process):
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/moto-api/data.json", process, log)
            yield url


def wait_for(url, process, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            log.seek(0)
            raise RuntimeError(f"the server ended at once: {log.read().decode(errors='replace')[-2000:]}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)  # a server says nothing when it is ready
    raise RuntimeError(f"{url} did not answer within {START_SECONDS} s")


@contextlib.contextmanager
def simulator(binary, *arguments):
    """The simulated organization on a free port: its URL."""
    line = [binary, "serve", "--listen", "127.0.0.1:0", "--latency-millis", "0", *arguments]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    with stopped_at_the_end(process):
        # The first line that it prints is: export AWS_ENDPOINT_URL=http://127.0.0.1:PORT
        yield process.stdout.readline().strip().split("=", 1)[1]


class Aws:
    """boto3 clients of one endpoint. Service models are read once for all of them."""

    def __init__(self, url, access_key, secret_key, token=None, session=None):
        self.url = url
        self.keys = (access_key, secret_key, token)
        self.session = session or boto3.Session()

    def client(self, service, region="us-east-1"):
        access_key, secret_key, token = self.keys
        config = Config(
            retries={"total_max_attempts": 1},
            # A session of S3 Express is for objects, and nobody reads objects.
            s3={"addressing_style": "path", "disable_s3_express_session_auth": True},
            # No name of a host leads to a server on loopback.
            inject_host_prefix=False,
        )
        client = self.session.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            aws_session_token=token,
            config=config,
        )
        client.meta.events.register("before-sign", self.to_this_endpoint)
        return client

    def to_this_endpoint(self, request, **_):
        """S3 Control puts the account before the host, which an address cannot have; sign-in has hosts of its own."""
        request.url = self.url + urllib.parse.urlsplit(request.url)._replace(scheme="", netloc="").geturl()

    def assume(self, role_arn, name="test"):
        """The same endpoint as a role."""
        answer = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=name)["Credentials"]
        keys = (answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])
        return Aws(self.url, *keys, session=self.session)


class Orgcensus:
    """The program under test, on one lake and with one identity."""

    def __init__(self, binary, lake, url=None, keys=("", "")):
        self.binary, self.lake, self.url = binary, pathlib.Path(lake), url
        # Nothing of the machine's own AWS configuration may reach the test.
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ORGCENSUS_"))}
        nowhere = str(self.lake / "nowhere")
        self.environment = environment | {
            "AWS_ACCESS_KEY_ID": keys[0],
            "AWS_SECRET_ACCESS_KEY": keys[1],
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": nowhere,
            "AWS_SHARED_CREDENTIALS_FILE": nowhere,
            "NO_COLOR": "1",
            "ORGCENSUS_LIMITS__RATES_FILE": str(RATES),
        }

    def run(self, *arguments):
        line = [self.binary, *arguments]
        return subprocess.run(line, env=self.environment, capture_output=True, text=True, timeout=RUN_SECONDS)

    def output(self, *arguments):
        done = self.run(*arguments)
        if done.returncode != 0:
            raise RuntimeError(f"orgcensus {' '.join(arguments)}: exit code {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout

    def crawl(self, configuration, *more):
        """Crawls with this configuration (TOML): the exit code, and what was said."""
        self.lake.mkdir(parents=True, exist_ok=True)
        path = self.lake / "orgcensus.toml"
        path.write_text(configuration)
        where = ("--config", str(path), "--lake", str(self.lake / "lake"), "--endpoint-url", self.url)
        done = self.run("crawl", *where, *more)
        return done.returncode, done.stderr[-3000:] + done.stdout[-1000:]

    def query(self, sql):
        return json.loads(self.output("query", "--lake", str(self.lake / "lake"), "--format", "json", sql))
