import type { DataSource } from "typeorm";
import { expect, test } from "vitest";
import { readConfig } from "../../../server/config.ts";
import type { Alert, RaisedAlert } from "../../../server/desk/alerts/alert.ts";
import { acknowledgeAlert, readAlerts } from "../../../server/desk/alerts/alert-rows.ts";
import { openAlerts } from "../../../server/desk/alerts/alerts.ts";
import { RULES, toldOf } from "../../../server/desk/alerts/rules.ts";
import type { ProcessNow } from "../../../server/desk/overview/overview.ts";
import type { Sample } from "../../../server/desk/overview/sample.ts";
import { describeOnEachDatabase, testLog } from "../../helpers/databases.ts";

/** A world that the test moves: what is measured, the clock, whether the database answers. */
function openPlace(ds: DataSource) {
  const place = {
    now: Date.UTC(2026, 5, 1, 12),
    p99Ms: 5,
    isAway: false,
    ledger: undefined as number | undefined,
  };
  const guarded = new Proxy(ds, {
    get: (of, key) =>
      place.isAway && key === "query" ? () => Promise.reject(new Error("away")) : Reflect.get(of, key),
  });
  const rules = { ...RULES };
  const sample = () =>
    ({ tickP99Ms: place.p99Ms, ticks: 100, late: 0, memory: 0.1, databaseMs: 1 }) as Sample;
  const openProcess = (isTeller: () => boolean = () => true) => {
    const told: Alert[] = [];
    const seen: Alert[] = [];
    const others: { take(raised: RaisedAlert): void }[] = [];
    const alerts = openAlerts({
      ds: guarded,
      log: testLog,
      rules: () => rules,
      isTeller,
      now: () => place.now,
      measure: () => ({
        samples: [{ process: { address: "host:1" } as ProcessNow, sample: sample() }],
        refused: {},
        ledger: place.ledger,
      }),
      share: (raised) => others.forEach((other) => void other.take(raised)),
      onAlert: (alert) => void seen.push(alert),
      deliveries: [{ push: (alert) => void told.push(alert), idle: async () => {}, close() {} }],
    });
    return { alerts, told, seen, others };
  };
  /** Lets so many seconds go by, in steps of five, with a look of each process at each. */
  const pass = async (seconds: number, ...processes: ReturnType<typeof openProcess>[]) => {
    for (let left = seconds; left > 0; left -= 5) {
      place.now += 5_000;
      await Promise.all(processes.map(({ alerts }) => alerts.look()));
    }
  };
  return { place, rules, openProcess, pass };
}
const statesOf = (alerts: readonly Alert[]) =>
  alerts.map(({ rule, state, times }) => `${rule} ${state} ${times}`);

describeOnEachDatabase("an alert", (open) => {
  test("fires once it has lasted, is told again after a pause, and tells that it has recovered", async () => {
    const { ds } = await open();
    const { place, openProcess, pass } = openPlace(ds);
    const process = openProcess();
    place.p99Ms = 80;
    await pass(30, process);
    expect(process.told).toEqual([]); // 25 s by now
    await pass(5, process);
    expect(process.told).toMatchObject([
      { rule: "tick-p99", subject: "host:1", severity: "warning", state: "firing", value: 80, threshold: 50 },
    ]);
    expect(process.told[0]?.text).toBe("host:1: 99 of 100 ticks took up to 80 ms (above 50 ms)");
    await pass(3_595, process);
    expect(process.told).toHaveLength(1);
    await pass(5, process);
    expect(statesOf(process.told)).toEqual(["tick-p99 firing 1", "tick-p99 firing 2"]);
    place.p99Ms = 5;
    await pass(30, process);
    expect(process.told).toHaveLength(2);
    await pass(5, process);
    expect(statesOf(process.told)).toEqual([
      "tick-p99 firing 1",
      "tick-p99 firing 2",
      "tick-p99 recovered 2",
    ]);
    expect(process.alerts.open()).toEqual([]);
    await pass(600, process);
    expect(process.told).toHaveLength(3);
    expect(process.seen).toEqual(process.told);
    expect(await readAlerts(ds, { last: 10 })).toHaveLength(1);
    expect(await readAlerts(ds, { open: true, last: 10 })).toEqual([]);
  });

  test("that comes and goes for seconds only is none", async () => {
    const { ds } = await open();
    const { place, openProcess, pass } = openPlace(ds);
    const process = openProcess();
    for (let turn = 0; turn < 20; turn++) {
      place.p99Ms = turn % 2 ? 5 : 80;
      await pass(20, process);
    }
    expect(process.told).toEqual([]);
  });

  test("is told by one process, even where several think that it is theirs to tell", async () => {
    const { ds } = await open();
    const { place, openProcess, pass } = openPlace(ds);
    const [one, two, three] = [openProcess(), openProcess(), openProcess(() => false)];
    for (const process of [one, two, three])
      process.others.push(
        ...[one, two, three].filter((other) => other !== process).map(({ alerts }) => alerts),
      );
    place.p99Ms = 80;
    await pass(4_000, one, two, three);
    place.p99Ms = 5;
    await pass(60, one, two, three);
    const expected = ["tick-p99 firing 1", "tick-p99 firing 2", "tick-p99 recovered 2"];
    expect(statesOf([...one.told, ...two.told, ...three.told]).sort()).toEqual(expected);
    for (const process of [one, two, three]) {
      expect(statesOf(process.seen)).toEqual(expected);
      expect(process.alerts.open()).toEqual([]);
    }
  });

  test("is gone on with by the process that tells next, without another word", async () => {
    const { ds } = await open();
    const { place, openProcess, pass } = openPlace(ds);
    let teller = 0;
    const [one, two] = [openProcess(() => teller === 0), openProcess(() => teller === 1)];
    place.p99Ms = 80;
    await pass(60, one, two);
    teller = 1;
    await pass(600, one, two);
    expect([one.told.length, two.told.length]).toEqual([1, 0]);
    place.p99Ms = 5;
    await pass(60, one, two);
    expect(statesOf(two.told)).toEqual(["tick-p99 recovered 1"]);
  });

  test("that somebody has acknowledged is not told again, but its end is", async () => {
    const { ds } = await open();
    const { place, openProcess, pass } = openPlace(ds);
    const process = openProcess();
    place.p99Ms = 80;
    await pass(40, process);
    const [{ id } = { id: "" }] = process.alerts.open();
    expect(toldOf(await acknowledgeAlert(ds, id, "ann"))).toMatchObject({ id, acknowledgedBy: "ann" });
    expect(await acknowledgeAlert(ds, id, "ben")).toMatchObject({ acknowledgedBy: "ann" });
    await expect(acknowledgeAlert(ds, "nothing", "ann")).rejects.toMatchObject({ code: "ALERT_UNKNOWN" });
    await pass(8_000, process);
    place.p99Ms = 5;
    await pass(60, process);
    expect(statesOf(process.told)).toEqual(["tick-p99 firing 1", "tick-p99 recovered 1"]);
  });

  test("is told while the database is away, once, and written down when it is back", async () => {
    const { ds } = await open();
    const { place, openProcess, pass } = openPlace(ds);
    const process = openProcess();
    place.isAway = true;
    place.p99Ms = 80;
    await pass(300, process);
    expect(statesOf(process.told)).toEqual(["tick-p99 firing 1"]);
    place.isAway = false;
    await pass(5, process);
    expect(await readAlerts(ds, { open: true, last: 10 })).toMatchObject([
      { id: process.told[0]?.id, times: 1 },
    ]);
    place.isAway = true;
    place.p99Ms = 5;
    await pass(60, process);
    place.isAway = false;
    await pass(60, process);
    expect(statesOf(process.told)).toEqual(["tick-p99 firing 1", "tick-p99 recovered 1"]);
    expect(await readAlerts(ds, { open: false, last: 10 })).toHaveLength(1);
  });

  test("of the ledger fires at once, and a rule that is off never", async () => {
    const { ds } = await open();
    const { place, rules, openProcess, pass } = openPlace(ds);
    Object.assign(rules, readConfig({ ROOMKEEP_ALERT_RULES: '{"tick-p99":{"off":true}}' }).alerts.rules);
    const process = openProcess();
    place.ledger = 2;
    place.p99Ms = 80;
    await pass(60, process);
    expect(process.told).toMatchObject([
      { rule: "ledger-difference", subject: "cluster", severity: "critical" },
    ]);
  });
});

test("rules are set by name, and what cannot be meant is refused with its reason", () => {
  const set = '{"tick-p99":{"above":40,"severity":"critical"}}';
  const { rules } = readConfig({ ROOMKEEP_ALERT_RULES: set }).alerts;
  expect(rules["tick-p99"]).toMatchObject({ above: 40, forS: 30, severity: "critical" });
  expect(rules.memory).toMatchObject({ above: 85 });
  const refused = (env: Record<string, string>) => expect(() => readConfig(env), JSON.stringify(env));
  refused({ ROOMKEEP_ALERT_RULES: '{"tick":{"above":40}}' }).toThrow(/ROOMKEEP_ALERT_RULES/);
  refused({ ROOMKEEP_ALERT_RULES: '{"memory":{"above":"much"}}' }).toThrow(/memory\.above/);
  refused({ ROOMKEEP_ALERT_RULES: "memory" }).toThrow(/is no JSON/);
  refused({ ROOMKEEP_ALERT_WEBHOOK: "https://hooks.example.org" }).toThrow(/_WEBHOOK_SECRET/);
  refused({ ROOMKEEP_ALERT_MAIL: "ops@example.org" }).toThrow(/_SMTP/);
  const secret = { ROOMKEEP_ALERT_WEBHOOK_SECRET: "a secret of sixteen" };
  const url = "https://hooks.example.org";
  refused({ ROOMKEEP_ALERT_WEBHOOK: url, ROOMKEEP_ALERT_WEBHOOK_SECRET: "short" }).toThrow(/_SECRET/);
  refused({ ROOMKEEP_ALERT_WEBHOOK: "ftp://hooks.example.org", ...secret }).toThrow(/_WEBHOOK/);
  refused({ ROOMKEEP_ALERT_WEBHOOK: "javascript:alert(1)", ...secret }).toThrow(/_WEBHOOK/);
  refused({ ROOMKEEP_ALERT_MAIL: "ops" }).toThrow(/is no mail address/);
});
