"""Nothing stays behind of what a guarded program started, whatever way it ends."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from lobbypay import guard

ROOT = Path(__file__).parents[2]
PARENT = """
import subprocess, sys, time
from lobbypay.guard import MARK, guarded
import os

CHILD = '''
import signal, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
if sys.argv[1] == "hangs":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(600)
'''

with guarded():
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    subprocess.Popen([sys.executable, "-c", CHILD, "{child}"], start_new_session=True)
    time.sleep(0.5)
    print(os.environ[MARK], flush=True)
    sys.stdin.readline()
    {body}
"""


def as_from_a_terminal():
    """Whoever runs these tests in the background has its children ignore some signals."""
    for which in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(which, signal.SIG_DFL)


# One long sleep would miss a signal that comes between its beginning and the system call.
SLEEPS = "while True: time.sleep(0.2)"


def started(body=SLEEPS, through_shell=False, child="ends"):
    """A guarded program with two children and a grandchild: its process, and its mark."""
    code = textwrap.dedent(PARENT).replace("{body}", body).replace("{child}", child)
    command = [sys.executable, "-c", code]
    pipe = subprocess.PIPE
    if through_shell:  # a parent that can be killed, as make is
        command = ["sh", "-c", '"$0" -c "$1"; true', sys.executable, code]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, preexec_fn=as_from_a_terminal
    )
    mark = process.stdout.readline().strip()
    assert len(guard.marked(mark)) == 3
    process.stdin.close()  # it goes on
    return process, mark


def nobody_is_left(mark, within_s=20.0):
    end = time.monotonic() + within_s
    while guard.marked(mark) and time.monotonic() < end:
        time.sleep(0.1)
    return not guard.marked(mark)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL])
def test_a_signal_that_ends_the_program_ends_what_it_started(how):
    process, mark = started(child="hangs" if how == signal.SIGKILL else "ends")
    process.send_signal(how)
    process.wait(20)
    process.stdout.close()
    assert nobody_is_left(mark)


def test_the_end_of_its_parent_ends_it():
    process, mark = started(through_shell=True)
    program = int(mark.partition("-")[0])
    assert program != process.pid
    process.kill()
    process.wait(20)
    process.stdout.close()
    assert nobody_is_left(mark)
    assert not alive(program)


def alive(pid):
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.parametrize("body", ["sys.exit(3)", "raise ValueError", "os._exit(4)"])
def test_so_does_any_other_end(body):
    process, mark = started(body)
    process.wait(20)
    process.stdout.close()
    assert process.returncode != 0
    assert nobody_is_left(mark)


def test_a_program_inside_a_guarded_one_has_no_guard_of_its_own(monkeypatch):
    monkeypatch.setenv(guard.MARK, "another")
    with guard.guarded():
        assert os.environ[guard.MARK] == "another"
    assert os.environ[guard.MARK] == "another"
