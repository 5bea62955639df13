import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { scriptArguments } from "../drills/script-arguments.ts";

/** Starts a compiled script of `publish` on one core. */
export function publishedChild(
  core: number,
  flags: readonly string[],
  file: string,
  args: readonly string[],
): ChildProcess {
  return onCore(core, [...flags, file, ...args]);
}

/** Starts a script of this folder on one core. */
export function child(
  core: number,
  flags: readonly string[],
  file: string,
  args: readonly string[],
): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return onCore(core, [...flags, ...scriptArguments(path), ...args]);
}

function onCore(core: number, args: readonly string[]): ChildProcess {
  return spawn("taskset", ["-c", String(core), process.execPath, ...args], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...process.env, NODE_ENV: "production" },
  });
}

/** Sends a command and waits for the answer with a key, by default the command itself. */
export async function ask<T>(from: ChildProcess, what: string, key = what, ms = 120_000): Promise<T> {
  const answer = heard<T>(from, key, ms);
  from.send(what);
  return answer;
}

/** Waits for a message with this key. @throws when the process ends before it or the time is up */
export function heard<T>(from: ChildProcess, key: string, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (after: () => void): void => {
      clearTimeout(timer);
      from.off("message", listen);
      from.off("exit", gone);
      after();
    };
    const listen = (message: object): void => {
      if (key in message) end(() => resolve(message as T));
    };
    const gone = (code: number | null): void =>
      end(() => reject(new Error(`ended with ${code} before "${key}"`)));
    const timer = setTimeout(() => end(() => reject(new Error(`no "${key}" in ${ms} ms`))), ms);
    from.on("message", listen);
    from.on("exit", gone);
  });
}

/** Ends a process: by command, then by force. */
export async function finish(one: ChildProcess | undefined): Promise<void> {
  if (one === undefined || one.exitCode !== null) return;
  const ended = new Promise((resolve) => one.once("exit", resolve));
  if (one.connected) one.send("exit");
  const timer = setTimeout(() => one.kill("SIGKILL"), 3000);
  await ended;
  clearTimeout(timer);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[at] ?? 0) : ((sorted[at - 1] ?? 0) + (sorted[at] ?? 0)) / 2;
}
/** Rounds to two decimal places. */
export const round = (value: number): number => Math.round(value * 100) / 100;
