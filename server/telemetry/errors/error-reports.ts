import { randomBytes } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { BaseLogger } from "pino";
import { z } from "zod";
import type { Breadcrumb, ErrorReport } from "./error-report.ts";
import type { GraveLine } from "./recent-lines.ts";

/** Reports in a minute: an error that repeats must not flood the tracker. */
const A_MINUTE = 60;
const BREADCRUMBS_MAX = 20;
/** Calls of the hook that may be under way. */
const UNDER_WAY_MAX = 20;

/** What is told of the process in each report. */
export type ReportedProcess = Pick<ErrorReport, "version" | "build" | "process">;

/** Hands errors to the hook. */
export interface ErrorReports {
  /** Never throws, never waits. */
  report(error: Omit<ErrorReport, "id" | "at" | keyof ReportedProcess> & Partial<ReportedProcess>): void;
  close(): void;
}

const lineShape = z.looseObject({
  level: z.number(),
  time: z.string(),
  msg: z.string().default(""),
  err: z.object({ type: z.string(), message: z.string(), stack: z.string() }).partial().optional(),
  room: z.string().optional(),
  roomId: z.string().optional(),
  player: z.string().optional(),
  count: z.number().optional(),
});
type Line = z.output<typeof lineShape>;

/**
 * Calls `onError` for each line of the log that is an error, with what came before it. What the hook throws
 * is logged as a warning, so that it cannot call itself.
 */
export function openErrorReports(
  onError: (report: ErrorReport) => unknown,
  about: () => ReportedProcess,
  log: Pick<BaseLogger, "warn">,
  now: () => number = Date.now,
): ErrorReports {
  let minute = 0;
  let count = 0;
  let underWay = 0;

  /** True: there is room for one more report. */
  function admit(): boolean {
    const at = Math.floor(now() / 60_000);
    if (at !== minute) {
      if (count > A_MINUTE)
        log.warn({ left: count - A_MINUTE }, "errors were not reported: too many in a minute");
      minute = at;
      count = 0;
    }
    count += 1;
    return count <= A_MINUTE && underWay < UNDER_WAY_MAX;
  }

  function send(report: ErrorReport): void {
    underWay += 1;
    setImmediate(async () => {
      try {
        await onError(report);
      } catch (error) {
        log.warn({ err: error }, "an error could not be reported");
      } finally {
        underWay -= 1;
      }
    });
  }

  const report: ErrorReports["report"] = (error) => {
    if (admit())
      send({ id: randomBytes(16).toString("hex"), at: new Date(now()).toISOString(), ...about(), ...error });
  };
  const listen = (message: unknown): void => {
    const { line, before } = message as GraveLine;
    const read = readLine(line);
    if (!read) return;
    const { err, msg, room: game, roomId, player, count: times = 1 } = read;
    report({
      source: "server",
      type: err?.type ?? "Error",
      message: err?.message ?? msg,
      stack: err?.stack ?? "",
      what: msg,
      game,
      roomId,
      player,
      count: times,
      breadcrumbs: breadcrumbsOf(before, roomId),
    });
  };
  subscribe("roomkeep:error-line", listen);
  return { report, close: () => void unsubscribe("roomkeep:error-line", listen) };
}

function readLine(line: string): Line | undefined {
  try {
    return lineShape.parse(JSON.parse(line));
  } catch {
    return undefined; // it was cut, or is no line of ours
  }
}

/** The last lines of the room, and of what is of no room. */
function breadcrumbsOf(lines: readonly string[], roomId: string | undefined): Breadcrumb[] {
  const read = lines.flatMap((line) => readLine(line) ?? []);
  const near = read.filter((line) => line.roomId === undefined || line.roomId === roomId);
  return near.slice(-BREADCRUMBS_MAX).map(({ time, level, msg, err, ...fields }) => {
    return { at: time, level, message: msg, fields: { ...fields, ...(err && { error: err.message }) } };
  });
}
