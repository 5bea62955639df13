import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { pino } from "pino";
import { Registry } from "prom-client";
import { expect, onTestFinished, test } from "vitest";
import { errorTracker } from "../../../docs/examples/error-tracker.ts";
import { applyRetention } from "../../../server/storage/retention.ts";
import {
  clientErrorRetention,
  openClientErrors,
  readClientErrors,
} from "../../../server/telemetry/errors/client-errors.ts";
import type { ErrorReport } from "../../../server/telemetry/errors/error-report.ts";
import { openErrorReports } from "../../../server/telemetry/errors/error-reports.ts";
import { openRecentLines } from "../../../server/telemetry/errors/recent-lines.ts";
import { describeOnEachDatabase, testLog } from "../../helpers/databases.ts";

/** A log whose errors are reported. */
function openReported(onError?: (report: ErrorReport) => unknown) {
  const lines = openRecentLines();
  const log = pino(
    { base: undefined, timestamp: pino.stdTimeFunctions.isoTime, redact: { paths: ["token"], censor: "…" } },
    { write: (line: string) => lines.push(line) },
  );
  const reports: ErrorReport[] = [];
  const clock = { now: Date.UTC(2026, 5, 1) };
  const about = () => ({ version: "1.2.3", build: "/assets/index-abc.js", process: "p host:1" });
  const opened = openErrorReports(
    onError ?? ((report) => void reports.push(report)),
    about,
    log,
    () => clock.now,
  );
  onTestFinished(opened.close);
  return { log, lines, reports, clock, opened };
}

test("an error of a room is reported with its room, player and build, and what came before it there", async () => {
  const { log, reports } = openReported();
  const room = log.child({ room: "tag", roomId: "ABCD" });
  log.info({ token: "secret" }, "a line of the process");
  log.child({ room: "tag", roomId: "WXYZ" }).info({}, "another room");
  for (let n = 0; n < 30; n++) room.info({ n }, "before");
  room.warn({ err: new Error("odd") }, "a warning is no error");
  room.error({ err: new TypeError("no step"), where: "onTick", count: 4, player: "s1" }, "fault in the room");
  room.error({}, "without an error");
  await expect.poll(() => reports.length).toBe(2);
  const [report] = reports as [ErrorReport];
  expect(report).toMatchObject({
    source: "server",
    type: "TypeError",
    message: "no step",
    what: "fault in the room",
    game: "tag",
    roomId: "ABCD",
    player: "s1",
    count: 4,
    version: "1.2.3",
    build: "/assets/index-abc.js",
  });
  expect(report.stack).toContain("errors.test.ts");
  expect(report.breadcrumbs).toHaveLength(20);
  expect(report.breadcrumbs.at(-1)).toMatchObject({
    message: "a warning is no error",
    fields: { error: "odd" },
  });
  expect(report.breadcrumbs.at(-2)?.fields).toMatchObject({ n: 29, roomId: "ABCD" });
  expect(JSON.stringify(reports)).not.toContain("another room");
  expect(reports[1]).toMatchObject({ message: "without an error", stack: "" });
});

test("secrets are masked in what came before", async () => {
  const { log, reports } = openReported();
  log.info({ token: "secret" }, "signed in");
  log.error({ err: new Error("x") }, "failed");
  await expect.poll(() => reports.length).toBe(1);
  expect(reports[0]?.breadcrumbs).toMatchObject([{ message: "signed in", fields: { token: "…" } }]);
});

test("a hook that throws, and errors without end, keep nobody from work", async () => {
  let calls = 0;
  const { log, lines, clock } = openReported(async () => {
    calls += 1;
    throw new Error("the tracker is away");
  });
  for (let n = 0; n < 500; n++) {
    log.error({ err: new Error(`${n}`) }, "again");
    await new Promise(setImmediate);
  }
  expect(calls).toBe(60);
  clock.now += 60_000;
  log.error({}, "once more");
  await expect.poll(() => calls).toBe(61);
  expect(lines.all().join("")).toContain("errors were not reported: too many in a minute");
});

test("the example sends an envelope that a tracker takes: event, place, player, breadcrumbs", async () => {
  const taken: { url: string | undefined; auth: unknown; lines: string[] }[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    taken.push({ url: request.url, auth: request.headers["x-sentry-auth"], lines: body.split("\n") });
    response.writeHead(taken.length === 1 ? 200 : 429).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const dsn = `http://0123abcd@127.0.0.1:${(server.address() as AddressInfo).port}/42`;
  const send = errorTracker(dsn);
  const { log, reports } = openReported();
  log.info({ n: 1 }, "before");
  log.error(
    { err: new TypeError("no step"), room: "tag", roomId: "ABCD", player: "s1" },
    "fault in the room",
  );
  await expect.poll(() => reports.length).toBe(1);
  await send(reports[0] as ErrorReport);
  expect(taken[0]).toMatchObject({ url: "/api/42/envelope/" });
  expect(taken[0]?.auth).toContain("sentry_key=0123abcd");
  const [head, item, event] = (taken[0]?.lines ?? []).map((line) => JSON.parse(line));
  expect(item).toEqual({ type: "event" });
  expect(event).toMatchObject({
    event_id: head.event_id,
    platform: "node",
    release: "1.2.3",
    transaction: "fault in the room",
    tags: { source: "server", game: "tag", room: "ABCD" },
    user: { id: "s1" },
    breadcrumbs: { values: [{ message: "before", data: { n: 1 }, level: "info" }] },
  });
  expect(event.event_id).toMatch(/^[0-9a-f]{32}$/);
  const [{ type, value, stacktrace }] = event.exception.values;
  expect([type, value]).toEqual(["TypeError", "no step"]);
  expect(stacktrace.frames.at(-1)).toMatchObject({
    filename: expect.stringContaining("errors.test.ts"),
    lineno: expect.any(Number),
  });
  await expect(send(reports[0] as ErrorReport)).rejects.toThrow("429");
});

const anError = {
  message: "TypeError: a",
  stack: "at x (/assets/a.js:1:1)",
  page: "/",
  build: "b1",
  agent: "ff",
};

describeOnEachDatabase("errors of pages", (open) => {
  const opened = async () => {
    const { ds } = await open();
    const reported: object[] = [];
    const registry = new Registry();
    const errors = openClientErrors({
      ds,
      log: testLog,
      registry,
      maps: { apply: async (stack) => stack.replace("/assets/a.js:1:1", "games/a/view.ts:7:3") },
      reports: { report: (report) => void reported.push(report) },
    });
    onTestFinished(() => errors.close());
    return { ds, errors, reported, registry };
  };

  test("with one stack are one with a count, reported once, by the source", async () => {
    const { ds, errors, reported, registry } = await opened();
    for (let n = 0; n < 5; n++) await errors.take(anError);
    await errors.take({ ...anError, message: "TypeError: b", roomId: "ABCD" });
    await errors.flush();
    await errors.take({ ...anError, build: "b2" }); // the same place in another build
    await errors.flush();
    const kept = await readClientErrors(ds, 10);
    expect(kept.map(({ message, count, build }) => [message, count, build])).toEqual([
      ["TypeError: a", 6, "b2"],
      ["TypeError: b", 1, "b1"],
    ]);
    expect(kept[0]?.stack).toBe("at x (games/a/view.ts:7:3)");
    expect(reported).toMatchObject([
      { source: "page", type: "TypeError", message: "TypeError: a", build: "b1" },
      { source: "page", message: "TypeError: b", roomId: "ABCD" },
      { source: "page", build: "b2" },
    ]);
    const text = await registry.metrics();
    expect(text).toContain('roomkeep_client_errors_total{outcome="new"} 3');
    expect(text).toContain('roomkeep_client_errors_total{outcome="known"} 4');
  });

  test("that are all new are dropped after thirty in a minute, and counted", async () => {
    const { ds, errors, reported, registry } = await opened();
    for (let n = 0; n < 100; n++) await errors.take({ ...anError, message: `Error: ${n}` });
    await errors.take({ ...anError, message: "Error: 3" });
    await errors.flush();
    expect(await readClientErrors(ds, 1_000)).toHaveLength(30);
    expect(reported).toHaveLength(30);
    expect(await registry.metrics()).toContain('roomkeep_client_errors_total{outcome="dropped"} 70');
  });

  test("are kept two thousand of, those that came last", async () => {
    const { ds } = await opened();
    await ds.query(
      `INSERT INTO client_error (id, message, stack, page, build, agent, count, first_at, last_at)
       SELECT n::text, '', '', '', '', '', 1, now(), now() - make_interval(mins => n) FROM generate_series(1, 2500) AS n`,
    );
    await ds.query("UPDATE client_error SET last_at = now() - interval '31 days' WHERE id = '5'");
    await applyRetention(ds, clientErrorRetention);
    const kept = await readClientErrors(ds, 5_000);
    expect([kept.length, kept[0]?.id, kept.at(-1)?.id]).toEqual([2_000, "1", "2001"]);
  });
});

test("docs/observability.md shows the set-up of traces that the test of traces runs", async () => {
  const read = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), "utf8");
  const [page, script] = [
    await read("docs/observability.md"),
    await read("tests/helpers/servers/traced-server.ts"),
  ];
  const [, shown = ""] = /```js\n(.*?)\n```/s.exec(page) ?? [];
  const [, region = ""] = /\/\/ #region sdk\n(.*?)\/\/ #endregion/s.exec(script) ?? [];
  const imports = script.split("\n").filter((line) => line.startsWith("import "));
  expect(shown).toBe(`${imports.join("\n")}\n\n${region.trimEnd()}`);
});
