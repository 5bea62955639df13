import { RoomkeepError } from "../../../shared/index.ts";
import { hashOf, newSecret } from "../../accounts/secrets.ts";
import { answerWithin, type Db } from "../../storage/database.ts";

const KEY = "desk_welcome";
/** How long the link is good, ms. */
const GOOD_MS = 24 * 3_600_000;

interface Kept {
  readonly hash: string;
  readonly until: number;
}

/** Makes the code of a link, in the place of an earlier one. Only its hash is kept. */
export async function makeWelcome(db: Db): Promise<string> {
  const code = newSecret();
  await answerWithin(
    db.query("INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = $2", [
      KEY,
      keptOf(code),
    ]),
  );
  return code;
}

/**
 * Makes the code of the first link: where there is no admin, and no link that is good still. Of processes
 * that start together one makes it. Call it when the server runs.
 */
export async function firstWelcome(db: Db): Promise<string | undefined> {
  const code = newSecret();
  const [admins] = await db.query<{ n: number }[]>(
    "SELECT count(*)::int AS n FROM account WHERE role = 'admin'",
  );
  if (admins?.n) return undefined;
  const rows = await db.query<unknown[]>(
    `INSERT INTO setting (key, value) VALUES ($1, $2)
     ON CONFLICT (key) DO UPDATE SET value = $2 WHERE (setting.value::jsonb ->> 'until')::bigint < $3
     RETURNING key`,
    [KEY, keptOf(code), Date.now()],
  );
  return rows.length > 0 ? code : undefined;
}

function keptOf(code: string): string {
  return JSON.stringify({ hash: hashOf(code), until: Date.now() + GOOD_MS } satisfies Kept);
}

/** Checks a code without using it up. @throws WELCOME_INVALID */
export async function checkWelcome(db: Db, code: string): Promise<void> {
  const [row] = await answerWithin(
    db.query<{ value: string }[]>("SELECT value FROM setting WHERE key = $1", [KEY]),
  );
  const kept = row ? (JSON.parse(row.value) as Kept) : undefined;
  if (kept?.hash !== hashOf(code) || kept.until < Date.now()) throw new RoomkeepError("WELCOME_INVALID");
}

/** Uses a code up, once. `db` is the transaction of what it is for. @throws WELCOME_INVALID */
export async function useWelcome(db: Db, code: string): Promise<void> {
  const [rows] = await answerWithin(
    db.query<[unknown[], number]>(
      `DELETE FROM setting WHERE key = $1 AND value::jsonb ->> 'hash' = $2
         AND (value::jsonb ->> 'until')::bigint >= $3 RETURNING key`,
      [KEY, hashOf(code), Date.now()],
    ),
  );
  if (rows.length === 0) throw new RoomkeepError("WELCOME_INVALID");
}
