import { writeSync } from "node:fs";

/** Characters that may wait for a reader that has stopped; what comes after is lost, and counted. */
const WAITING_MAX = 4_000_000;
/** Pause, ms, before a reader that takes nothing is tried again. */
const AGAIN_MS = 100;
/** Longest time, ms, that the end of the process waits for it. */
const LAST_MS = 500;

/** Where lines of the log go. */
export interface LogOutput {
  write(line: string): void;
}

/**
 * Lines into a file descriptor, for pino. A reader that died (the shell's `| head`, a log collector) ends the
 * log and not the server; one that stopped holds nothing up, nor the end of the process, as pino's own output
 * does: at the end it writes again and again into a pipe that nobody reads.
 */
export function openLogOutput(
  fd: number,
  write: (fd: number, bytes: Buffer) => number = writeSync,
): LogOutput {
  let waiting: Buffer[] = [];
  let size = 0;
  let lost = 0;
  let gone = false;
  let timer: NodeJS.Timeout | undefined;

  /** False: the reader takes no more now. */
  function drain(): boolean {
    try {
      for (let [first] = waiting; first; [first] = waiting) {
        const count = write(fd, first);
        size -= count;
        if (count < first.length) waiting[0] = first.subarray(count);
        else waiting.shift();
      }
      return true;
    } catch (error) {
      gone = !(error instanceof Error && "code" in error && error.code === "EAGAIN");
      if (gone) waiting = [];
      return gone;
    }
  }

  function drainSoon(): void {
    if (drain() || timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      drainSoon();
    }, AGAIN_MS);
    timer.unref();
  }

  process.on("exit", () => {
    for (let waitedMs = 0; !drain() && waitedMs < LAST_MS; waitedMs += AGAIN_MS)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_MS);
  });
  return {
    write(line) {
      if (gone) return;
      if (size > WAITING_MAX) {
        lost += 1;
        return;
      }
      const told =
        lost > 0 ? `${JSON.stringify({ level: 40, lost, msg: "lines of this log were lost" })}\n` : "";
      lost = 0;
      const bytes = Buffer.from(told + line);
      waiting.push(bytes);
      size += bytes.length;
      if (!timer) drainSoon();
    },
  };
}
