import { format } from "node:util";
import {
  debugConnection,
  debugDriver,
  debugError,
  debugMatchMaking,
  debugMessage,
  debugPatch,
  debugPresence,
} from "@colyseus/core";
import type { Logger } from "pino";

/** Milliseconds between two lines of one kind. */
const QUIET_MS = 5_000;
/** Most kinds that are counted apart: lines that clients cause must not fill the memory. */
const KINDS_MAX = 64;
/** Characters of a line's detail, such as a stack. */
const DETAIL_MAX = 2_000;
/** Colyseus binds them to the console before anybody can take it. */
const DEBUGGERS = [
  debugConnection,
  debugDriver,
  debugError,
  debugMatchMaking,
  debugMessage,
  debugPatch,
  debugPresence,
];
const LEVELS = ["trace", "debug", "info", "warn", "error"] as const;

type Level = (typeof LEVELS)[number];
/** The logger that Colyseus takes. */
export type SampledLog = Record<Level, (...parts: unknown[]) => void>;

/**
 * Opens a logger for the output of packages: one line a kind in five seconds, with the count since the last
 * one. Lines that differ in numbers and quoted words only are of one kind; the lines after the first, such as
 * a stack, become a field.
 *
 * @param now milliseconds
 */
export function sampleLog(log: Logger, now: () => number = () => performance.now()): SampledLog {
  const kinds = new Map<string, { count: number; nextMs: number }>();
  const write = (level: Level, parts: readonly unknown[]) => {
    const [line = "", ...rest] = parts.map(textOf).join(" ").split("\n");
    const name = `${level} ${line.slice(0, 120).replace(/["'`].*?["'`]|\d+/g, "#")}`;
    const key = kinds.has(name) || kinds.size < KINDS_MAX ? name : level;
    const kind = kinds.get(key) ?? { count: 0, nextMs: Number.NEGATIVE_INFINITY };
    kinds.set(key, kind);
    kind.count += 1;
    if (now() < kind.nextMs) return;
    const detail = rest.length > 0 ? rest.join("\n").slice(0, DETAIL_MAX) : undefined;
    log[level]({ count: kind.count, detail }, line.slice(0, DETAIL_MAX));
    kind.count = 0;
    kind.nextMs = now() + QUIET_MS;
  };
  return Object.fromEntries(
    LEVELS.map((level) => [level, (...parts: unknown[]) => write(level, parts)]),
  ) as SampledLog;
}

/**
 * Takes what installed packages write by `console.warn` and `console.error` into the log, and what Colyseus
 * writes where `DEBUG` asks for it; the project's own lines stay where they are.
 *
 * @returns a function that restores the console
 */
export function hearConsole(sampled: SampledLog): () => void {
  const own = { warn: console.warn, error: console.error };
  for (const level of ["warn", "error"] as const) {
    console[level] = function heard(...parts: unknown[]) {
      if (isOfPackage(heard)) sampled[level](...parts);
      else own[level].apply(console, parts);
    };
  }
  const debuggers = DEBUGGERS.map((writer) => ({ writer, log: writer.log }));
  for (const { writer } of debuggers) writer.log = (...parts: unknown[]) => sampled.debug(format(...parts));
  return () => {
    Object.assign(console, own);
    for (const { writer, log } of debuggers) writer.log = log;
  };
}

/** True when the caller of a function is part of an installed package other than this one. */
function isOfPackage(heard: (...parts: never[]) => unknown): boolean {
  const { stackTraceLimit } = Error;
  const at: { stack?: string } = {};
  Error.stackTraceLimit = 1;
  Error.captureStackTrace(at, heard);
  Error.stackTraceLimit = stackTraceLimit;
  return /[\\/]node_modules[\\/](?!roomkeep[\\/])/.test(at.stack ?? "");
}

function textOf(part: unknown): string {
  if (part instanceof Error) return part.stack ?? part.message;
  if (typeof part !== "object") return String(part);
  // Objects of packages may be deep, circular, or contain secrets.
  return part === null ? "null" : `[${part.constructor?.name ?? "object"}]`;
}
