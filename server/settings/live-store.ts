import { answerWithin, type Db } from "../storage/database.ts";

/** What is stored by name: settings, or flags. */
export type LiveKind = "flag" | "setting";

/** Who changes something. */
export interface ChangedBy {
  /** Id of the account; undefined: an operator without one, on the command line. */
  readonly accountId: string | undefined;
  /** For an operator without an account. */
  readonly caller: string;
}

/** What operators have set. */
export interface Stored {
  /** Another one after each change. */
  readonly version: string;
  readonly values: Readonly<Record<LiveKind, ReadonlyMap<string, unknown>>>;
}

/** A change as it was written down. */
export interface LiveChange {
  /** Grows with each change. */
  readonly id: string;
  readonly kind: LiveKind;
  readonly name: string;
  readonly at: Date;
  /** Name of the account, or of the operator on the command line; "deleted": the account is gone. */
  readonly by: string;
  /** Undefined: nothing was set. */
  readonly before: unknown;
  /** Undefined: it was reset. */
  readonly after: unknown;
  readonly reason: string;
}

/** Key of the version in the table `setting`. */
const VERSION = "live-settings";

/** Version of what is stored: cheap, for those who look every second. */
export async function readVersion(db: Db): Promise<string> {
  const rows = await answerWithin(
    db.query<{ value: string }[]>("SELECT value FROM setting WHERE key = $1", [VERSION]),
  );
  return rows[0]?.value ?? "0";
}

/** Reads all that is stored. */
export async function readStored(db: Db): Promise<Stored> {
  // Before the values: those that are stored meanwhile are read again.
  const version = await readVersion(db);
  const rows = await answerWithin(
    db.query<{ kind: LiveKind; name: string; value: string }[]>("SELECT kind, name, value FROM live_setting"),
  );
  const of = (wanted: LiveKind) =>
    new Map(
      rows.flatMap(({ kind, name, value }) => {
        const parsed = kind === wanted ? readJson(value) : undefined;
        return parsed === undefined ? [] : [[name, parsed] as const];
      }),
    );
  return { version, values: { setting: of("setting"), flag: of("flag") } };
}

/** Somebody has edited the table by hand: then nothing is set. */
function readJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Changes one value and writes the change down. Changes wait for each other, so that each is checked against
 * what the one before has stored, and no process misses one.
 *
 * @param db of a transaction
 * @param check is given what is stored, and gives the new value; undefined: reset. It throws to refuse
 * @returns what was set before and is now
 */
export async function changeStored(
  db: Db,
  { kind, name, by, reason }: Pick<LiveChange, "kind" | "name" | "reason"> & { readonly by: ChangedBy },
  check: (stored: Stored["values"]) => unknown,
): Promise<{ readonly before: unknown; readonly after: unknown }> {
  // Its row is locked until the end of the transaction.
  await db.query(
    `INSERT INTO setting (key, value) VALUES ($1, '1')
     ON CONFLICT (key) DO UPDATE SET value = (setting.value::bigint + 1)::text`,
    [VERSION],
  );
  const { values } = await readStored(db);
  const before = values[kind].get(name);
  const after = check(values);
  const json = after === undefined ? null : JSON.stringify(after);
  if (json === null) await db.query("DELETE FROM live_setting WHERE kind = $1 AND name = $2", [kind, name]);
  else
    await db.query(
      `INSERT INTO live_setting (kind, name, value) VALUES ($1, $2, $3)
       ON CONFLICT (kind, name) DO UPDATE SET value = $3`,
      [kind, name, json],
    );
  await db.query(
    `INSERT INTO setting_change (kind, name, caller, account_id, before, after, reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      kind,
      name,
      by.accountId === undefined ? by.caller : "",
      by.accountId ?? null,
      before === undefined ? null : JSON.stringify(before),
      json,
      // PostgreSQL's text holds no NUL; that of a value is escaped.
      reason.replaceAll("\0", "\u{fffd}"),
    ],
  );
  return { before, after };
}

interface ChangeRow {
  readonly id: string;
  readonly kind: LiveKind;
  readonly name: string;
  readonly at: Date;
  readonly caller: string;
  readonly account: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly reason: string;
}

const CHANGES = `SELECT c.id, c.kind, c.name, c.at, c.caller, coalesce(a.name, a.id::text) AS account,
    c.before, c.after, c.reason
  FROM setting_change AS c LEFT JOIN account AS a ON a.id = c.account_id`;

/** Changes, the newest first. @param last how many, 1 and up */
export async function readChanges(
  db: Db,
  kind: LiveKind,
  { name, last }: { readonly name?: string | undefined; readonly last: number },
): Promise<LiveChange[]> {
  const rows = await answerWithin(
    db.query<ChangeRow[]>(
      `${CHANGES} WHERE c.kind = $1 AND ($2::text IS NULL OR c.name = $2) ORDER BY c.id DESC LIMIT $3`,
      [kind, name ?? null, last],
    ),
  );
  return rows.map(changeOf);
}

/** The last change of each name. */
export async function readLastChanges(db: Db, kind: LiveKind): Promise<Map<string, LiveChange>> {
  const rows = await answerWithin(
    db.query<ChangeRow[]>(
      `${CHANGES} WHERE c.id IN (SELECT max(id) FROM setting_change WHERE kind = $1 GROUP BY name)`,
      [kind],
    ),
  );
  return new Map(rows.map((row) => [row.name, changeOf(row)]));
}

const changeOf = ({ caller, account, before, after, ...row }: ChangeRow): LiveChange => ({
  ...row,
  by: account ?? (caller || "deleted"),
  before: readJson(before),
  after: readJson(after),
});
