// Sends errors to Sentry, or to what speaks its protocol (GlitchTip, Bugsink): server/main exports `onError`.
import type { ErrorReport } from "roomkeep/server";

// #region error-tracker
/** @param dsn of the project, as the tracker shows it: https://<key>@<host>/<project> */
export function errorTracker(dsn: string): (report: ErrorReport) => Promise<void> {
  const { protocol, host, username: key, pathname } = new URL(dsn);
  const url = `${protocol}//${host}/api${pathname}/envelope/`;
  return async (report) => {
    const event = eventOf(report);
    const envelope = [{ event_id: report.id, sent_at: new Date().toISOString() }, { type: "event" }, event];
    const answer = await fetch(url, {
      method: "POST",
      signal: AbortSignal.timeout(10_000),
      headers: {
        "content-type": "application/x-sentry-envelope",
        "x-sentry-auth": `Sentry sentry_version=7, sentry_client=roomkeep/1, sentry_key=${key}`,
      },
      body: envelope.map((line) => JSON.stringify(line)).join("\n"),
    });
    if (!answer.ok) throw new Error(`the error tracker answered ${answer.status}`);
  };
}

function eventOf(report: ErrorReport) {
  const { id, at, source, type, message, stack, what, game, roomId, player, version, build } = report;
  const breadcrumbs = report.breadcrumbs.map(({ at: timestamp, message: text, fields, level }) => {
    return { timestamp, message: text, data: fields, level: level >= 50 ? "error" : "info" };
  });
  return {
    event_id: id,
    timestamp: at,
    platform: source === "page" ? "javascript" : "node",
    level: "error",
    transaction: what,
    server_name: report.process,
    release: source === "page" ? build : version,
    exception: { values: [{ type, value: message, stacktrace: { frames: framesOf(stack) } }] },
    tags: { source, game, room: roomId },
    user: player === undefined ? undefined : { id: player },
    breadcrumbs: { values: breadcrumbs },
    extra: { count: report.count },
  };
}

/** "at walk (games/meadow/step.ts:12:5)", or Firefox's "walk@games/meadow/step.ts:12:5". The outermost first. */
function framesOf(stack: string) {
  const frames = [...stack.matchAll(/^\s*(?:at )?(?:(.*?)[ @]\(?)?([^\s()@]+):(\d+):(\d+)\)?$/gm)];
  return frames.reverse().map(([, name = "?", filename = "", line, column]) => {
    return { function: name, filename, lineno: Number(line), colno: Number(column) };
  });
}
// #endregion
