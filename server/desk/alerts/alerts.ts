import { randomUUID } from "node:crypto";
import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import type { Alert, RaisedAlert } from "./alert.ts";
import { readAlerts, writeAlert } from "./alert-rows.ts";
import { type Condition, openConditions } from "./conditions.ts";
import type { Delivery } from "./delivery.ts";
import { type Measured, type Rule, toldOf } from "./rules.ts";

/** Open alerts that are read at once. */
const OPEN_MAX = 200;

/** After so many looks a process that does not tell reads the open ones again. */
const AGAIN = 12;

/** The alerts of a cluster, as one of its processes sees them. */
export interface Alerts {
  /** Open ones, the newest first, as far as this process knows. */
  open(): readonly Alert[];
  /** Looks at the rules; the one process that tells raises, repeats and ends alerts. */
  look(): Promise<void>;
  /** An alert that another process has told. */
  take(raised: RaisedAlert): void;
  /** One that was changed here, such as by who has seen it: all processes hear of it. */
  change(raised: RaisedAlert): void;
  /** Reads the open ones: once, at the start. */
  begin(): Promise<void>;
  close(): void;
}

/** What {@link openAlerts} needs. */
export interface AlertsOptions {
  readonly ds: DataSource;
  readonly log: Pick<BaseLogger, "info" | "warn" | "error">;
  rules(): Readonly<Record<string, Rule>>;
  measure(): Measured;
  /** True: of all processes this one tells. */
  isTeller(): boolean;
  /** Lets the other processes know. */
  share(raised: RaisedAlert): void | Promise<void>;
  /** An alert was told, here or by another process, or acknowledged. */
  onAlert(alert: Alert): void;
  readonly deliveries: readonly Delivery[];
  readonly now?: () => number;
}

/**
 * Opens the alerts. Every process keeps book of what holds for how long; one of them tells. That it is one is
 * certain while the database answers, because it has one open alert of each rule and subject; while it is
 * away, the process that the heartbeats name tells alone, and writes it down later.
 */
export function openAlerts(options: AlertsOptions): Alerts {
  const { ds, log, now = Date.now } = options;
  const conditions = openConditions();
  /** Open ones by id. */
  const known = new Map<string, RaisedAlert>();
  /** Those whose last state could not be written. */
  const unwritten = new Map<string, RaisedAlert>();
  let looking: Promise<void> | undefined;
  let isAway = false;
  let looks = 0;

  function take(raised: RaisedAlert): void {
    if (raised.recoveredAt === null) known.set(raised.id, raised);
    else known.delete(raised.id);
    options.onAlert(toldOf(raised));
  }

  /** True: it is ours to tell. */
  async function write(raised: RaisedAlert): Promise<boolean> {
    if (!isAway) {
      try {
        return await writeAlert(ds, raised);
      } catch {
        isAway = true; // for this look: the next one tries again
      }
    }
    unwritten.set(raised.id, raised);
    return true;
  }

  async function tell(raised: RaisedAlert): Promise<void> {
    if (!(await write(raised))) return;
    take(raised);
    void options.share(raised);
    const alert = toldOf(raised);
    const { id, rule, subject, severity, state, text } = alert;
    const level = state === "recovered" ? "info" : severity === "critical" ? "error" : "warn";
    log[level]({ alert: id, rule, subject, severity, state }, `alert: ${text}`);
    for (const delivery of options.deliveries) delivery.push(alert);
  }

  /** The open ones as the database has them, with what it does not know yet. */
  async function readOpen(): Promise<void> {
    isAway = false;
    try {
      for (const raised of unwritten.values()) {
        await writeAlert(ds, raised);
        unwritten.delete(raised.id);
      }
      const open = await readAlerts(ds, { open: true, last: OPEN_MAX });
      known.clear();
      for (const raised of open) known.set(raised.id, raised);
    } catch {
      isAway = true;
    }
  }

  const openOf = ({ rule, subject }: Pick<Condition, "rule" | "subject">) =>
    [...known.values()].find((one) => one.rule === rule && one.subject === subject);

  async function raise(condition: Condition): Promise<void> {
    const { rule, subject, value } = condition;
    const { above = 0, repeatS = 0, severity = "warning" } = options.rules()[rule] ?? {};
    const open = openOf(condition);
    const at = now();
    if (!open) {
      const fresh = { firedAt: at, toldAt: at, times: 1 };
      const later = { recoveredAt: null, acknowledgedAt: null, acknowledgedBy: null };
      await tell({ id: randomUUID(), rule, subject, severity, value, threshold: above, ...fresh, ...later });
    } else if (open.acknowledgedAt === null && at - open.toldAt >= repeatS * 1000)
      await tell({ ...open, value, toldAt: at, times: open.times + 1 });
  }

  async function lookOnce(): Promise<void> {
    const measured = options.measure();
    conditions.look(now(), options.rules(), (rule) => rule.measure(measured));
    looks += 1;
    // What others have told comes by itself, unless it was lost on the way.
    if (!options.isTeller()) return looks % AGAIN === 0 ? readOpen() : undefined;
    await readOpen();
    for (const condition of conditions.lasting()) await raise(condition);
    for (const open of [...known.values()])
      if (conditions.isOver(open.rule, open.subject)) await tell({ ...open, recoveredAt: now() });
  }

  return {
    open: () => [...known.values()].sort((a, b) => b.firedAt - a.firedAt).map(toldOf),
    take,
    change(raised) {
      take(raised);
      void options.share(raised);
    },
    look() {
      looking ??= lookOnce().finally(() => {
        looking = undefined;
      });
      return looking;
    },
    begin: readOpen,
    close() {
      for (const delivery of options.deliveries) delivery.close();
    },
  };
}
