#!/usr/bin/env python3
# Copyright The Afterspan Authors
# SPDX-License-Identifier: Apache-2.0
"""Breaks a copy of the engine in one way after the other, and tells whether jcstress notices.

stress/README.md says how to run it. Exits with 1 if a mutation survives that ought not to, or is
noticed that ought not to be, or does not fit the sources any more. Where the moment in which it goes
wrong is short, a Thread.yield() makes it longer.
"""

import pathlib
import re
import shutil
import subprocess
import sys
from typing import NamedTuple

SOURCES = pathlib.Path("filter/src/main/java")
PACKAGE = "io/github/afterspan"
CLASS_PATH = pathlib.Path("stress/target/classpath")
WORK = pathlib.Path("stress/target/mutations")
MILLIS_PER_TEST = (500, 2_500, 10_000)  # the longer ones for a machine with other work
BOUND_SECONDS = 120


class Mutation(NamedTuple):
    id: str
    what: str
    tests: str  # which are run, as a pattern
    edits: list  # (file, old text, new text)
    noticed: bool = True


def mutation(id, tests, what, *edits, noticed=True):
    return Mutation(id, what, tests, list(edits), noticed)


RUN_DIRECTLY = """  private boolean setRunning() {
    Thread.yield();
    state = TaskState.RUNNING;
    return true;
  }

  private @Nullable Throwable execute("""

MUTATIONS = [
    # Whoever ends a task against everybody else who may.
    mutation(
        "lock-in-leave", "RunVsStop|OwnThread", "leave() without the interrupt lock",
        ("WorkerTask", """      Lock lock = profile.workers.interruptLock;
      lock.lock();
      try {
        if (state == STOPPING) {""", """      Lock lock = new java.util.concurrent.locks.ReentrantLock();
      lock.lock();
      try {
        if (state == STOPPING) {""")),
    mutation(
        "interrupt-outside", "RunVsStop|[.]ForeignThread", "stop() interrupts once the lock is released",
        ("WorkerTask", """      profile.workers.capacity.reportBegins();
      interrupt();
      return true;
    } finally {
      lock.unlock();
    }
  }""", """      profile.workers.capacity.reportBegins();
    } finally {
      lock.unlock();
    }
    interrupt();
    return true;
  }""")),
    mutation(
        "no-clear", "RunVsStop|[.]ForeignThread", "leave() does not clear the interrupt",
        ("WorkerTask", "Thread.interrupted(); // with the lock released", "// with the lock released")),
    mutation(
        "finish-no-cas", "RunVsStop", "leave() decides without compare-and-set",
        ("WorkerTask", "    boolean decided = STATE.compareAndSet(this, TaskState.RUNNING, outcome);",
         """    boolean decided = state == TaskState.RUNNING;
    Thread.yield();
    if (decided) {
      state = outcome;
    }""")),
    mutation(
        "stop-no-cas", "RunVsStop", "stop() decides without compare-and-set",
        ("WorkerTask", """      if (!STATE.compareAndSet(this, TaskState.RUNNING, outcome)
          && !STATE.compareAndSet(this, STOPPING, outcome)) {
        return false;
      }""", """      if (state != TaskState.RUNNING && state != STOPPING) {
        return false;
      }
      Thread.yield();
      state = outcome;""")),
    mutation(
        "stop-not-stopping", "RunVsStop", "stop() leaves alone what the drain asked to stop",
        ("WorkerTask", "\n          && !STATE.compareAndSet(this, STOPPING, outcome)", "")),
    mutation(
        "run-no-cas", "PollVsCancel|AbandonVsStart|ExpireVsCancel", "run() sets RUNNING without compare-and-set",
        ("WorkerTask", "    if (!STATE.compareAndSet(this, TaskState.QUEUED, TaskState.RUNNING)) {",
         "    if (state != TaskState.QUEUED || !setRunning()) {"),
        ("WorkerTask", "  private @Nullable Throwable execute(", RUN_DIRECTLY)),
    mutation(
        "span-no-cas", "RunVsStop", "takeSpan() takes without compare-and-set",
        ("TaskOutcome", """      if (SPAN.compareAndSet(this, open, mark)) {
        return open;
      }""", """      Thread.yield();
      span = mark;
      return open;""")),
    mutation(
        "span-mark-ignored", "RunVsStop", "publish() does not end a span that came too late",
        ("TaskOutcome", "      TaskReport.end(this, started, state(), null);", "")),
    mutation(
        "completion-missed", "RunVsCompletion", "report() completes only what was asked for by then",
        ("TaskOutcome", "      } else if (!COMPLETION.compareAndSet(this, null, DONE)) {",
         "      } else if (completion != null) {")),
    mutation(
        "no-report-bit", "Outcome", "stop() does not tell the drain that it will report",
        ("WorkerTask", "      profile.workers.capacity.reportBegins();\n", "")),
    mutation(
        "release-early", "RunVsOver", "leave() gives the place back before it reports a failure",
        ("WorkerTask", """    this.worker = null;
    try {
      if (decided) {""", """    this.worker = null;
    if (decided) {
      profile.workers.capacity.release();
      Thread.yield();
      report(outcome, cause, ranNanos());
      return;
    }
    try {
      if (decided) {""")),
    # An interrupt against the next task.
    mutation(
        "foreign-not-kept", "InterruptedForeign", "the interrupt that a foreign thread came with is lost",
        ("WorkerEntry", "worker.keepInterrupt();", "")),
    mutation(
        "foreign-not-cleared", "InterruptedForeign", "foreign threads are not cleared before a task",
        ("WorkerEntry", "Thread.interrupted() && !own", "own && Thread.interrupted()")),
    # Places against the drain.
    mutation(
        "reserve-reversed", "LastPlace|ReserveVsDrain", "reserve() looks for a drain, then counts",
        ("Capacity", """      long witness = word.compareAndExchange(before, before + 1);
      if (witness == before) {
        return null;
      }
      before = witness;""", """      Thread.yield();
      word.incrementAndGet();
      return null;""")),
    # Dispatches against the end of the response.
    mutation(
        "release-no-cas", "Dispatch|CancelVsResponse", "release() takes the list without compare-and-set",
        ("WorkersDispatcher", "      if (AWAITING.compareAndSet(this, taken, (Object) successful)) {",
         """      Thread.yield();
      awaiting = successful;
      if (true) {""")),
    mutation(
        "await-no-drain-look", "DrainVsFirst", "await() does not look for a drain",
        ("WorkersDispatcher", "workers.capacity.isDraining()", "false")),
    mutation(
        "await-registers-late", "DrainVsFirst", "await() registers after it has looked for a drain",
        ("WorkersDispatcher", "    workers.intake.awaitsResponse(this);\n", ""),
        ("WorkersDispatcher", """        if (workers.capacity.isDraining()) {""",
         """        boolean draining = workers.capacity.isDraining();
        Thread.yield();
        workers.intake.awaitsResponse(this);
        if (draining) {""")),
    mutation(
        "may-start-no-cas", "CancelVsResponse", "mayStart() sets QUEUED without compare-and-set",
        ("WorkerTask", "    return STATE.compareAndSet(this, TaskState.AWAITING_RESPONSE, TaskState.QUEUED);",
         """    if (state != TaskState.AWAITING_RESPONSE) {
      return false;
    }
    Thread.yield();
    state = TaskState.QUEUED;
    return true;""")),
    # The queue against workers that wait, give up, end or never start.
    mutation(
        "waking-stays", "SubmitVs", "awaitTask() does not say that it was woken",
        ("WorkerPool", "    waking = false;\n", "")),
    mutation(
        "no-signal", "SubmitVsIdle", "wake() does not signal workers that wait",
        ("WorkerPool", "        available.signal();\n", "")),
    mutation(
        "no-look-on-retire", "SubmitVsWorker|TwoWorkers", "retire() does not look at the queue",
        ("WorkerPool", """      if (!queue.isEmpty()) {
        started = wake();
      }
      retired""", "      retired")),
    mutation(
        "no-look-on-expiry", "SubmitVsWorker|TwoWorkers",
        "a worker that gives up waiting does not look, nor when it retires",
        ("WorkerPool", "    return signalled || !queue.isEmpty();", "    return signalled;"),
        ("WorkerPool", """      if (!queue.isEmpty()) {
        started = wake();
      }
      retired""", """      if (!queue.isEmpty() && threads.then != WorkerThreads.Then.WAIT) {
        started = wake();
      }
      retired""")),
    mutation(
        "no-wake-another", "PoolStress", "take() wakes nobody for the rest: only slower",
        ("WorkerPool", """        if (queue.size() > 1) {
          wakeAnother();
        }
""", ""), noticed=False),
    mutation(
        "chain-with-previous", "AbandonVsCancel", "removeIf() chains by previous, too",
        ("TaskQueue", """          last.next = task;
        }""", """          last.next = task;
          task.previous = last;
        }""")),
    mutation(
        "cancel-stays-queued", "PollVsCancel|AbandonVsCancel", "a cancelled task stays queued: only takes room",
        ("WorkerTask", "      profile.workers.pool.remove(this);\n", ""), noticed=False),
    mutation(
        "orphans", "RefusedVsRefused", "startFailed() forgets what else is queued",
        ("WorkerPool", "orphan = queue.removeIf(task -> true);", "")),
    mutation(
        "close-unlocked", "CloseVsSubmit", "submit() looks whether it is closed, then takes the lock",
        ("WorkerPool", """    Worker started;
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      queue.add(task);""", """    Worker started;
    if (isClosed()) {
      return false;
    }
    Thread.yield();
    lock.lock();
    try {
      queue.add(task);""")),
    mutation(
        "calling-thread-queues", "CallingThread", "the calling thread goes through the queue",
        ("WorkerThreads", """        Then.RUN_NOW,
        0,
        worker -> {
          throw new AssertionError("no thread is needed");
        }""", "Then.GIVE_BACK, 0, Runnable::run")),
    # The end of the drain.
    mutation(
        "slot-late", "AbandonVsStart", "a task gets into its worker's slot when it runs",
        ("WorkerPool", "          worker.take(task);\n", ""),
        ("WorkerTask", "    long started = System.nanoTime();\n",
         "    Thread.yield();\n    worker.take(this);\n    long started = System.nanoTime();\n")),
    mutation(
        "abandon-running-only", "AbandonVsStart", "the drain does not abandon what was taken and not started",
        ("Drain", """    if (task.endUnstarted(TaskState.ABANDONED, abandoned(task, "had not started"))) {
      return;
    }
""", "")),
    mutation(
        "abandon-stuck-forever", "AbandonVsStart", "a task that ends as it is abandoned counts as stuck",
        ("Worker", "    if (task != stopped || stuck) {", "    if (stuck) {"),
        ("Drain", "      workers.stuckThreads.add(", "      Thread.yield();\n      workers.stuckThreads.add(")),
    # The watchdog.
    mutation(
        "doze-blind", "DozeVsDispatch", "doze() does not look at the queue",
        ("WorkerPool", "dozing = roster.active() == 0 && queue.isEmpty();", "dozing = true;")),
    mutation(
        "no-rouse", "DozeVsDispatch", "a task that comes does not rouse the watchdog",
        ("WorkerPool", "    rouse();\n    if (roster.anyIdle()) {", "    if (roster.anyIdle()) {")),
    mutation(
        "stuck-by-itself", "TimeoutVs", "check() counts as stuck what ended by itself",
        ("Worker", "running.isStopped()", "!running.isRunning()"),
        ("WorkerTask", "    if (decided) {\n      worker.disarm();",
         "    if (decided) {\n      Thread.yield();\n      worker.disarm();")),
    mutation(
        "stuck-forever", "StuckVsBack", "a stuck thread that is back stays counted",
        ("Worker", "      stuckThreads.isBack();\n", "")),
    mutation(
        "stuck-no-lock", "StuckVsBack", "the watchdog counts without the interrupt lock",
        ("StuckThreads", "Lock interruptLock = stopped.profile.workers.interruptLock;",
         "Lock interruptLock = new java.util.concurrent.locks.ReentrantLock();"),
        ("Worker", "    stuck = true;\n", "    Thread.yield();\n    stuck = true;\n")),
    mutation(
        "deadline-of-before", "TimeoutVsNextTask", "check() takes a deadline for that of the next task",
        ("Worker", "running.isRunning() && running.deadlineNanos() - now <= 0", "running.isRunning()"),
        ("Worker", "    WorkerTask running = task;\n    if (running == null) {",
         "    Thread.yield();\n    WorkerTask running = task;\n    if (running == null) {")),
]


def mutated(m, folder):
    """Writes the edited sources; None, or the edit that does not fit."""
    shutil.rmtree(folder, ignore_errors=True)
    edited = folder / "sources" / PACKAGE
    edited.mkdir(parents=True)
    for name, old, new in m.edits:
        path = edited / (name + ".java")
        text = (path if path.exists() else SOURCES / PACKAGE / path.name).read_text()
        if old not in text:
            return f"does not fit {name}: {old.strip().splitlines()[0]}"
        path.write_text(text.replace(old, new, 1))
    return None


def compiled(folder, class_path):
    """Compiles what was edited; None, or what the compiler says."""
    (folder / "classes").mkdir()
    sources = [str(path) for path in (folder / "sources").rglob("*.java")]
    command = ["javac", "-nowarn", "--release", "17", "-d", str(folder / "classes"), "-cp", class_path]
    done = subprocess.run(command + sources, capture_output=True, text=True)
    return done.stderr[:400] if done.returncode else None


def stressed(m, folder, class_path, millis):
    """Runs the tests; what they found, and their last line."""
    path = ":".join([str(folder / "classes"), "stress/target/test-classes", class_path])
    command = [
        "java", "-Xmx256m",
        "-Djava.util.logging.config.file=stress/src/test/resources/no-logging.properties",
        "-cp", path, "io.github.afterspan.ShortStress", str(millis), m.tests]
    try:
        out = subprocess.run(command, capture_output=True, text=True, timeout=BOUND_SECONDS).stdout
    except subprocess.TimeoutExpired:
        return ["no end within the bound"], "stopped"
    found = []
    test = None
    for line in out.splitlines():
        if re.match("FAILED|passed", line):
            test = line.split()[1].split(".")[-1] if line.startswith("FAILED") else None
            if test and not line.endswith("NORMAL"):
                found.append(test + " " + line.split()[-1])
        elif test and "FORBIDDEN" in line:
            found.append(test + ": " + " ".join(line.split()))
    return found, (out.strip().splitlines() or ["no output"])[-1]


def tried(m, class_path):
    """Tries one mutation, longer if it survives; whether it fared as it ought to."""
    folder = WORK / m.id
    problem = mutated(m, folder) or compiled(folder, class_path)
    if problem:
        print(f"{m.id:22} WRONG    {problem}", flush=True)
        return False
    for millis in MILLIS_PER_TEST:
        found, last = stressed(m, folder, class_path, millis)
        if found or not m.noticed:
            break
    right = bool(found) == m.noticed and (found or last.endswith(" 0 failed"))
    verdict = ("" if right else "WRONG ") + ("noticed" if found else "survives")
    print(f"{m.id:22} {verdict:14} in {millis} ms: {m.what} [{last}]")
    for line in found[:4]:
        print("      " + line)
    sys.stdout.flush()
    return bool(right)


def main():
    class_path = CLASS_PATH.read_text().strip()
    chosen = [m for m in MUTATIONS if not sys.argv[1:] or m.id in sys.argv[1:]]
    wrong = [m.id for m in chosen if not tried(m, class_path)]
    print(f"{len(chosen) - len(wrong)} right, {len(wrong)} wrong: {' '.join(wrong)}")
    sys.exit(1 if wrong or not chosen else 0)


if __name__ == "__main__":
    main()
