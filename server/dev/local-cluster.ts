import { type ChildProcess, spawn } from "node:child_process";
import { type DevProxy, openDevProxy, type Upstream } from "./proxy.ts";

const NAMES = ["one", "two", "three", "four", "five", "six", "seven", "eight"] as const;
/** Most processes of a local cluster. */
export const PROCESSES_MAX = NAMES.length;
/** Longest time for a process to start, ms. */
const START_MS = 120_000;
/**
 * Behind the front, whose port is its own, clients keep the address that they came by, and it adds theirs.
 */
const BEHIND_FRONT = {
  HOST: "127.0.0.1",
  PORT: "0",
  ROOMKEEP_PUBLIC_ADDRESS: "same",
  ROOMKEEP_TRUST_PROXY: "1",
};
/** Pause, ms, before a process that died is started again. */
const AGAIN_MS = 500;

/** A process of a local cluster. */
export interface LocalProcess extends Upstream {
  /** one, two, three … */
  readonly name: string;
  /** Its own address, behind the proxy. */
  readonly url: string;
  readonly child: ChildProcess;
}

/** Several server processes on this machine behind one address. */
export interface LocalCluster {
  readonly front: DevProxy;
  /** Running processes; those that are stopping come last. */
  running(): readonly LocalProcess[];
  /** Stops a process by SIGTERM and starts it anew. Resolves when it runs again. */
  restart(name: string): Promise<LocalProcess>;
  /** Stops all; resolves when every process is gone. A second call ends them by force. */
  close(): Promise<void>;
}

/** Options of a local cluster. */
export interface LocalOptions {
  /** 1 to {@link PROCESSES_MAX}. */
  readonly processes: number;
  readonly host: string;
  /** Port of the proxy; 0 takes a free one. */
  readonly port: number;
  /** Arguments of node for each process, which sends `{ ready, port, url, processId }` on its IPC channel. */
  readonly args: readonly string[];
  /** Settings of a process, on top of this process's. The address behind the proxy is set here. */
  env(name: string, index: number): Record<string, string>;
  /** Called with each line of a process's output. */
  onLine?(name: string, line: string): void;
  /** Longest wait for a process that stands still, ms, before another one is asked; default 2,000. */
  readonly answerMs?: number;
  /** True: a process that dies is started again. */
  revive?: boolean;
  /** Requests go to the processes in turn; otherwise to the first as long as it lives. */
  inTurn?: boolean;
}

/**
 * Starts server processes that share a database, a Redis and one address in front of them. Each has a process
 * group of its own: Ctrl-C reaches this process only, which then stops the others in order. If this process
 * is killed, they stop too.
 *
 * @throws Error a process ended before it was ready, with its output
 */
export async function startLocalCluster(options: LocalOptions): Promise<LocalCluster> {
  const slots: (LocalProcess | undefined)[] = [];
  const stopping = new Set<LocalProcess>();
  const all = new Set<ChildProcess>();
  let closing: Promise<void> | undefined;
  let turn = 0;

  const running = () => {
    const live = slots.filter((one) => one !== undefined);
    return [...live.filter((one) => !stopping.has(one)), ...live.filter((one) => stopping.has(one))];
  };
  const preferred = () => {
    const list = running();
    if (!options.inTurn || list.length === 0) return list;
    turn += 1;
    return [...list.slice(turn % list.length), ...list.slice(0, turn % list.length)];
  };

  async function start(index: number): Promise<LocalProcess> {
    const name = NAMES[index] as string;
    const started = await spawnProcess(name, index, options, all);
    slots[index] = started;
    started.child.once("exit", (code, signal) => {
      if (slots[index] === started) slots[index] = undefined;
      if (stopping.has(started) || closing) return;
      options.onLine?.(name, `ended by itself (${signal ?? code})`);
      if (options.revive) setTimeout(() => !closing && start(index).catch(() => {}), AGAIN_MS);
    });
    return started;
  }

  async function stop(one: LocalProcess): Promise<void> {
    stopping.add(one);
    await end(one.child, "SIGTERM");
    stopping.delete(one);
  }

  try {
    await start(0); // it migrates the database and makes the shared secrets
    await Promise.all(Array.from({ length: options.processes - 1 }, (_, index) => start(index + 1)));
    const front = await openDevProxy(options, preferred);
    return {
      front,
      running,
      async restart(name) {
        const index = slots.findIndex((one) => one?.name === name);
        const one = slots[index];
        if (!one) throw new Error(`No process ${name} runs.`);
        await stop(one);
        return start(index);
      },
      close() {
        if (closing) {
          for (const child of all) child.kill("SIGKILL");
          return closing;
        }
        closing = Promise.all([...all].map((child) => end(child, "SIGTERM"))).then(() => front.close());
        return closing;
      },
    };
  } catch (error) {
    closing = Promise.resolve();
    await Promise.all([...all].map((child) => end(child, "SIGKILL")));
    throw error;
  }
}

function spawnProcess(
  name: string,
  index: number,
  options: LocalOptions,
  all: Set<ChildProcess>,
): Promise<LocalProcess> {
  const child = spawn(process.execPath, [...options.args], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, ...options.env(name, index), ...BEHIND_FRONT },
    detached: true,
  });
  all.add(child);
  child.once("exit", () => all.delete(child));
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    eachLine(stream, (line) => {
      if (said.length < 200) said.push(line);
      options.onLine?.(name, line);
    });
  }
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new Error(`Process ${name} ${why}:\n${said.join("\n")}`));
    };
    const timer = setTimeout(() => fail(`did not start in ${START_MS / 1000} s`), START_MS);
    child.once("exit", (code, signal) => fail(`ended with ${signal ?? code}`));
    child.once("error", (error) => fail(error.message));
    child.on("message", (message: { ready?: true; port: number; url: string; processId: string }) => {
      if (!message.ready) return; // the TypeScript loader talks on this channel too
      clearTimeout(timer);
      const { port, url, processId } = message;
      resolve({ name, port, url, processId, child });
    });
  });
}

function eachLine(stream: NodeJS.ReadableStream | null, take: (line: string) => void): void {
  let rest = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
}

/** Sends a signal and waits for the end. A frozen process is woken first: it could not handle the signal. */
function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((gone) => {
    child.once("exit", () => gone());
    child.kill("SIGCONT");
    child.kill(signal);
  });
}
