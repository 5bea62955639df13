import { type ChildProcess, execFile, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pause } from "../patience.ts";
import { scriptArguments } from "../script-arguments.ts";

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL("frames-server.ts", import.meta.url));
const START_MS = 120_000;
/** A process saves all characters within 28 s. */
const STOP_MS = 35_000;
/**
 * Longest time without an answer, ms, unless set otherwise, if the process used the processor for half of it;
 * else four times that: on a busy machine it may not have had its turn.
 */
const SILENT_MS = 15_000;
/** Memory past which the process is ended before the machine suffers, MB. */
const RSS_MAX_MB = 1_500;
const LAST_LINES = 12;
/** Days, hours, minutes and seconds, as ps writes a time. */
const UNIT_S = [86_400, 3_600, 60, 1];

/** One run of the server process, watched. */
export interface WatchedProcess {
  readonly url: string;
  readonly pid: number;
  /** Reason of an unplanned end; undefined while it runs well. */
  readonly death: string | undefined;
  /** Lines that it printed so far. */
  readonly lines: number;
  readonly lastLines: readonly string[];
  /** Memory of the process, MB: now, and the peak since the last `forget`. */
  readonly rss: { readonly nowMB: number; readonly peakMB: number };
  /** Processor time used so far, seconds. */
  readonly cpuS: number;
  forget(): void;
  /** Memory that is in use after a collection, MB. */
  usedMB(): Promise<number>;
  /** Hash of all that characters have and are, in the database: see `frames-server.ts`. */
  ownedBy(characterIds: readonly string[]): Promise<string>;
  /** Asks it to save everybody and end. */
  stop(): Promise<void>;
}

/**
 * Starts it, and reads its memory and its health each second until it ends.
 *
 * @throws Error it did not start
 */
export async function startWatched(
  env: Record<string, string>,
  silentMs = SILENT_MS,
): Promise<WatchedProcess> {
  const child = spawn(process.execPath, ["--expose-gc", ...scriptArguments(SCRIPT)], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, DATABASE_URL: "", REDIS_URL: "", PORT: "0", HOST: "127.0.0.1", ...env },
  });
  const printed = followLines(child);
  const url = await readyUrl(child, printed.last);
  const rss = { nowMB: 0, peakMB: 0 };
  let cpuS = 0;
  const look = async () => {
    const use = await useOf(child);
    rss.nowMB = use.rssMB;
    rss.peakMB = Math.max(rss.peakMB, use.rssMB);
    cpuS = Math.max(cpuS, use.cpuS);
  };
  await look();
  let death: string | undefined;
  let stopping = false;
  const gone = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      if (!stopping || code !== 0) death ??= `the process ended with ${signal ?? `code ${code}`}`;
      resolve();
    });
  });
  const end = (why: string) => {
    death ??= why;
    child.kill("SIGKILL");
  };
  const watch = async () => {
    let heard = { atMs: performance.now(), cpuS };
    while (!stopping && child.exitCode === null && !child.killed) {
      await look();
      if (await answers(url, silentMs / 3)) heard = { atMs: performance.now(), cpuS };
      const owedMs = performance.now() - heard.atMs;
      const isBusy = (cpuS - heard.cpuS) * 2_000 > silentMs;
      if (rss.nowMB > RSS_MAX_MB) end(`the process took ${rss.nowMB} MB and was ended`);
      else if (!stopping && owedMs > (isBusy ? 1 : 4) * silentMs)
        end(`the process did not answer for ${Math.round(owedMs / 1_000)} s and was ended`);
      await pause(1_000);
    }
  };
  const watching = watch();
  return {
    url,
    pid: child.pid ?? 0,
    rss,
    get death() {
      return death;
    },
    get cpuS() {
      return cpuS;
    },
    get lines() {
      return printed.count();
    },
    lastLines: printed.last,
    forget() {
      rss.peakMB = rss.nowMB;
    },
    usedMB: () => question<number>(child, { ask: "usedMB" }),
    ownedBy: (characterIds) => question<string>(child, { ask: "ownedBy", characterIds }),
    async stop() {
      stopping = true;
      const force = setTimeout(() => end(`the process did not stop within ${STOP_MS} ms`), STOP_MS);
      child.kill("SIGTERM");
      await gone;
      clearTimeout(force);
      await watching;
    },
  };
}

/** Asks the server process, which answers one question after the other. */
function question<T>(child: ChildProcess, asked: object): Promise<T> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error("the process ended"));
    const hear = (message: { answer?: T }) => {
      if (!("answer" in message)) return;
      child.off("message", hear).off("exit", gone);
      resolve(message.answer as T);
    };
    child.on("message", hear).once("exit", gone);
    child.send(asked);
  });
}

function readyUrl(child: ChildProcess, last: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error("The server did not start in time."));
    }, START_MS);
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`The server ended with ${code}:\n${last.join("\n")}`));
    });
    child.on("message", (message: { ready?: true; url: string }) => {
      if (!message.ready) return; // the TypeScript loader talks on this channel too
      clearTimeout(timer);
      resolve(message.url);
    });
  });
}

/** Counts the lines and keeps the last ones: a hostile run may print hundreds of megabytes. */
function followLines(child: ChildProcess): { count(): number; last: readonly string[] } {
  const last: string[] = [];
  let count = 0;
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      count += lines.length;
      last.push(...lines.slice(-LAST_LINES));
      last.splice(0, last.length - LAST_LINES);
    });
  }
  return { count: () => count, last };
}

/** Zero for a process that is gone. */
async function useOf({ pid }: ChildProcess): Promise<{ rssMB: number; cpuS: number }> {
  try {
    const { stdout } = await run("ps", ["-o", "rss=,time=", "-p", String(pid)]);
    const [rss, time = ""] = stdout.trim().split(/\s+/);
    const cpuS = time
      .split(/[-:]/)
      .reduce((sum, part, i, { length }) => sum + Number(part) * (UNIT_S[i - length + 4] ?? 0), 0);
    return { rssMB: Math.round(Number(rss) / 1024), cpuS };
  } catch {
    return { rssMB: 0, cpuS: 0 };
  }
}

async function answers(url: string, ms: number): Promise<boolean> {
  try {
    await (await fetch(`${url}/health`, { signal: AbortSignal.timeout(ms) })).text();
    return true;
  } catch {
    return false;
  }
}
