"""What service managers do: keeps the programs of a cluster running, each started again as it was as soon as it died."""

import os
import select
import signal
import subprocess
import threading

from harness import signal_end


class Program:
    """One program of a running cluster, as `./up` started it."""

    def __init__(self, test, name):
        self._test = test
        self.name = name
        self.log = test.state_folder() / "log" / f"{name}.log"
        pid, self.command = test.running(name)
        self._pidfd = os.pidfd_open(pid)

    def stop(self, number=signal.SIGTERM):
        """Ends the program that `./up` started; from here on it is the supervisor's."""
        try:
            signal.pidfd_send_signal(self._pidfd, number)
            signal_end(self._pidfd)
        finally:
            os.close(self._pidfd)

    def start(self, environment):
        with open(self.log, "ab") as log:
            return self._test.home.popen(self.command, environment, stdout=log, stderr=log, cwd="/")

    def last_words(self):
        lines = self.log.read_text(errors="replace").splitlines()
        return next((line for line in reversed(lines) if line and not line[0].isspace()), "it said nothing")


class Supervisor:
    """Takes over the programs of a running cluster, restarts them with more in their environment, and starts again whichever dies by
    SIGKILL. A program that ends by itself is a `problem`: what a crash left behind must never keep it from starting.

    `deaths` counts by name. Ends with programs that run: as they are, or, with `calm()`, without the additional environment.
    """

    def __init__(self, test, names, environment):
        self._test = test
        self._programs = [Program(test, name) for name in names]
        self._environment = environment
        self.deaths = dict.fromkeys(names, 0)
        self.problem = ""
        self._processes = {}
        self._stop_out, self._stop_in = os.pipe()
        self._thread = threading.Thread(target=self._keep)

    def __enter__(self):
        for program in self._programs:
            program.stop()
        for program in self._programs:
            self._processes[program] = program.start(self._environment)
        self._thread.start()
        return self

    def __exit__(self, failure, *_):
        os.write(self._stop_in, b"x")
        self._thread.join()
        os.close(self._stop_in)
        os.close(self._stop_out)
        if failure is not None:
            if self.problem:
                print(f"before that, {self.problem}", flush=True)  # since then nothing was started again
            self.end_all()  # none of them makes a mount while the test is tidied up
            return
        self._test.assertEqual(self.problem, "")

    def restart_all(self, environment=None):
        """After the block: kill -9 of everything at once, then all of it again."""
        for process in self._processes.values():
            process.kill()
            process.wait()
        for program in self._programs:
            self._processes[program] = program.start(environment)

    def end_all(self):
        for process in self._processes.values():
            process.kill()
        for process in self._processes.values():
            process.wait()

    def _keep(self):
        while not self.problem:
            pidfds = {os.pidfd_open(process.pid): program for program, process in self._processes.items()}
            try:
                readable = select.select([self._stop_out, *pidfds], [], [])[0]
            finally:
                for pidfd in pidfds:
                    os.close(pidfd)
            if self._stop_out in readable:
                return
            for program in (pidfds[pidfd] for pidfd in readable):
                self._start_again(program)

    def _start_again(self, program):
        code = self._processes[program].wait()
        if code != -signal.SIGKILL:
            self.problem = f"{program.name} ended by itself with {code}: {program.last_words()}"
            return
        self.deaths[program.name] += 1
        self._processes[program] = program.start(self._environment)
