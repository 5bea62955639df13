import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { DataSource } from "typeorm";
import { OPERATIONS } from "../../server/operations/index.ts";
import { readPermissions } from "../../server/operations/permissions.ts";
import { openDatabase } from "../../server/storage/database.ts";
import { openAuditKey } from "../../server/telemetry/audit-chain/audit-key.ts";
import type { HeadsPlace } from "../../server/telemetry/audit-chain/sign-heads.ts";
import { verifyChain } from "../../server/telemetry/audit-chain/verify-chain.ts";
import { seeded } from "../../shared/random.ts";
import { type DrillCluster, openDrillCluster } from "../cluster/fleet.ts";
import { pause } from "../patience.ts";
import { type Asker, DEEDS, type DeedKind, makeAsker, makeTarget, type Target } from "./deeds.ts";
import { TAMPERINGS } from "./tamper.ts";

export const help = `npm run drill -- audit [--actions 200] [--kills 6] [--seed 1] [--json]

Three server processes on one PostgreSQL and one Redis, which share a data folder. Players, moderators, operators and
admins ask for privileged actions at random, a few at a time, each on a target of its own; meanwhile processes are
killed (kill -9) and started again. Afterwards each action's effect in the database is compared with the audit log,
answered or not. Then the log is tampered with in five ways as a superuser of the database, two of which make the chain
anew, and is verified each time.

The last line of --json: actions, done, refused, unanswered, kills, missing (done without an entry, or refused without
one), extra (an entry without its deed, or two of one), forbiddenDone (done for a role that may not), verified, found.
Ends with 1 unless missing, extra and forbiddenDone are 0, verified is true and found is 5.`;

const AUDIT_KEY = "the key of the audit drill, long enough";
const ROLES = ["player", "moderator", "operator", "admin"] as const;
/** Requests under way at a time. */
const AT_A_TIME = 6;
const ANSWER_MS = 30_000;
const SETTLE_MS = 60_000;
const START_MS = 120_000;
const PROCESSES = 3;

/** Result of the audit drill. */
export interface AuditResult {
  drill: "audit";
  actions: number;
  done: number;
  refused: number;
  unanswered: number;
  kills: number;
  missing: number;
  extra: number;
  forbiddenDone: number;
  entries: number;
  verified: boolean;
  found: number;
  findings: string[];
  seconds: number;
}

/** Runs the drill; see `help`. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      actions: { type: "string", default: "200" },
      kills: { type: "string", default: "6" },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
    },
  });
  const result = await audit({
    actions: Number(values.actions),
    kills: Number(values.kills),
    seed: Number(values.seed),
  });
  console.log(values.json ? JSON.stringify(result) : result);
  if (result.findings.length > 0) process.exitCode = 1;
}

/** The drill's arguments. */
export interface AuditOptions {
  readonly actions: number;
  readonly kills: number;
  readonly seed: number;
}

/** One action: who asked for what, and what was answered; undefined: nothing was. */
interface Action {
  readonly kind: DeedKind;
  readonly target: Target;
  readonly asker: Asker;
  answer?: { readonly status: number; readonly code: string | undefined };
}

/** Runs the actions, compares, and tampers. Ends only processes that it started. */
export async function audit({ actions: count, kills, seed }: AuditOptions): Promise<AuditResult> {
  const startedAt = performance.now();
  const dataDir = mkdtempSync(join(tmpdir(), "roomkeep-drill-audit-"));
  const cluster = await openDrillCluster(PROCESSES, {
    ROOMKEEP_DATA_DIR: dataDir,
    ROOMKEEP_AUDIT_KEY: AUDIT_KEY,
  });
  const { ds, close } = await openDatabase({
    url: cluster.premises.databaseUrl,
    dataDir: "",
    log: { info: () => {}, warn: () => {} },
  });
  try {
    const random = seeded(seed);
    const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
    const askers = await Promise.all([...ROLES, ...ROLES].map((role) => makeAsker(ds, role)));
    const actions: Action[] = [];
    for (let n = 0; n < count; n++)
      actions.push({ kind: pick(DEEDS), target: await makeTarget(ds, n), asker: pick(askers) });
    const killed = await doAll(cluster, actions, kills, pick);
    await untilSettled(cluster, ds);
    const tally = await compare(ds, actions);
    await untilSigned(ds);
    const key = await openAuditKey(dataDir, AUDIT_KEY);
    const tampered = await tamperAll(ds, { dataDir, key }, tally.findings);
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    return { drill: "audit", actions: count, kills: killed, ...tally, ...tampered, seconds };
  } finally {
    await close();
    await cluster.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** In rounds: each begins when all processes run, and one is killed in the middle of it. */
async function doAll(
  cluster: DrillCluster,
  actions: readonly Action[],
  kills: number,
  pick: <T>(all: readonly T[]) => T,
): Promise<number> {
  const length = Math.ceil(actions.length / (kills + 1));
  let killed = 0;
  for (let begin = 0; begin < actions.length; begin += length) {
    await untilAllRun(cluster);
    const left = actions.slice(begin, begin + length);
    const isLast = begin + length >= actions.length;
    let isDue = !isLast && killed < kills;
    const worker = async () => {
      for (let action = left.shift(); action; action = left.shift()) {
        const asked = askFor(pick(cluster.running()).url, action);
        if (isDue && left.length <= length / 2) {
          isDue = false;
          killed += 1;
          // While requests are under way, this one among them.
          pick(cluster.running()).child.kill("SIGKILL");
        }
        await asked;
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  }
  return killed;
}

async function untilAllRun(cluster: DrillCluster): Promise<void> {
  const until = performance.now() + START_MS;
  while (cluster.running().length < PROCESSES) {
    if (performance.now() > until) throw new Error("The processes did not come back.");
    await pause(200);
  }
}

async function askFor(url: string, action: Action): Promise<void> {
  const { kind, target, asker } = action;
  try {
    const response = await fetch(`${url}/v1/admin/${kind.operation.replace(".", "/")}`, {
      method: "POST",
      headers: asker.headers,
      body: JSON.stringify(kind.body(target)),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const { code } = (await response.json()) as { code?: string };
    // The result of account.reset has a code of another kind.
    action.answer = { status: response.status, code: response.ok ? undefined : code };
  } catch {
    // The process died, or was dead: it may have been done.
  }
}

/** Waits until all run again and nothing of a dead process is under way in the database. */
async function untilSettled(cluster: DrillCluster, ds: DataSource): Promise<void> {
  await untilAllRun(cluster);
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    const [row] = await ds.query<{ n: number }[]>(
      `SELECT count(*)::int AS n FROM pg_stat_activity
       WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
    );
    if (row?.n === 0) return;
    if (performance.now() > until) throw new Error("A transaction of a dead process does not end.");
    await pause(200);
  }
}

/** Waits until a process has signed the last entry, as each does from time to time. */
async function untilSigned(ds: DataSource): Promise<void> {
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    const rows = await ds.query<unknown[]>(
      "SELECT 1 FROM audit_signature JOIN audit_head USING (seq, hash) LIMIT 1",
    );
    if (rows.length > 0) return;
    if (performance.now() > until) throw new Error("No process signed the last entry.");
    await pause(200);
  }
}

async function compare(ds: DataSource, actions: readonly Action[]) {
  const table = readPermissions();
  const tally = { done: 0, refused: 0, unanswered: 0, missing: 0, extra: 0, forbiddenDone: 0, entries: 0 };
  const findings: string[] = [];
  for (const { kind, target, asker, answer } of actions) {
    const [effect] = await ds.query<{ done: boolean }[]>(kind.done, [target.id, target.name]);
    const entries = await ds.query<{ outcome: string; caller: string }[]>(
      "SELECT outcome, caller FROM audit_entry WHERE operation = $1 AND position($2 IN line || ' ') > 0",
      [kind.operation, kind.mark(target)],
    );
    const told = `${asker.role} ${kind.operation} ${target.name}: ${answer ? `${answer.status} ${answer.code ?? ""}` : "no answer"}`;
    const isDone = effect?.done === true;
    const permission = OPERATIONS.get(kind.operation)?.permission;
    const may = permission !== undefined && table[asker.role].has(permission);
    const noted = entries.filter(({ outcome }) => outcome === "done").length;
    const isRefused = answer !== undefined && answer.status >= 400;
    tally.entries += entries.length;
    if (isDone) tally.done += 1;
    if (isRefused) tally.refused += 1;
    if (!answer) tally.unanswered += 1;
    // Who has no session is nobody: there is no entry of them.
    const wanted = isDone || (isRefused && answer.code === "ROLE_NEEDED") ? 1 : 0;
    const misses =
      Math.max(0, wanted - entries.length) || (isDone && noted === 0) || (answer?.status === 200 && !isDone);
    const extras =
      (!isDone && noted > 0) ||
      entries.length > 1 ||
      (answer?.code === "SESSION_NEEDED" && entries.length > 0);
    if (misses) findings.push(`missing: ${told}`);
    if (extras) findings.push(`extra: ${told}`);
    if (isDone && !may) findings.push(`forbidden, and done: ${told}`);
    if (entries.some(({ caller }) => caller !== asker.id)) findings.push(`of somebody else: ${told}`);
    tally.missing += misses ? 1 : 0;
    tally.extra += extras ? 1 : 0;
    tally.forbiddenDone += isDone && !may ? 1 : 0;
  }
  return { ...tally, findings };
}

async function tamperAll(ds: DataSource, place: HeadsPlace, findings: string[]) {
  const { entries, fault } = await ds.transaction((db) => verifyChain(db, place));
  if (fault) findings.push(`untouched, and found: ${fault.text}`);
  let found = 0;
  for (const { kind, tamper } of TAMPERINGS) {
    const undo = new Error("undo");
    await ds
      .transaction(async (db) => {
        await tamper(db, Math.floor(entries / 2), entries);
        const report = await verifyChain(db, place);
        if (report.fault) found += 1;
        else findings.push(`not found: ${kind}`);
        throw undo;
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error;
      });
  }
  return { verified: fault === undefined, found };
}
