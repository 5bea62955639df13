import { randomBytes } from "node:crypto";
import type { Db } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { type Calendar, nextTime } from "../../leaderboards/index.ts";
import { type Cup, readStart } from "../rules/cup.ts";

/** A tournament that is to be held. */
export interface NewTournament {
  /** ms since 1970. */
  readonly startsMs: number;
  /** Instead of the cup's. */
  readonly label?: string | undefined;
}

/** Announces one. @returns its id; undefined: this cup has one at that time */
export async function announce(
  db: Db,
  cup: Cup,
  { startsMs, label }: NewTournament,
): Promise<string | undefined> {
  const [row] = await db.query<{ id: string }[]>(
    `INSERT INTO tournament (cup, label, rules, opens_at, starts_at, seed)
     VALUES ($1, $2, $3, to_timestamp($4::float8 / 1000) - make_interval(secs => $5::float8),
       to_timestamp($4::float8 / 1000), $6)
     ON CONFLICT (cup, starts_at) DO NOTHING RETURNING id`,
    [
      cup.name,
      label ?? cup.label ?? cup.name,
      JSON.stringify(cup),
      startsMs,
      cup.registerMinutes * 60,
      randomBytes(16).toString("hex"),
    ],
  );
  return row?.id;
}

/** {@link announce} by an operator. @throws TOURNAMENT_INVALID it begins before now, or there is one then */
export async function create(db: Db, cup: Cup, wanted: NewTournament): Promise<string> {
  if (wanted.startsMs <= (await nowOf(db)))
    throw new RoomkeepError("TOURNAMENT_INVALID", "It would have begun already.");
  const id = await announce(db, cup, wanted);
  if (id === undefined)
    throw new RoomkeepError("TOURNAMENT_INVALID", "This cup has a tournament at that time already.");
  return id;
}

/** Announces the next one of a cup that has a time of its own, unless one is open. Any process does it. */
export async function announceNext(db: Db, cup: Cup): Promise<void> {
  if (cup.starts === undefined) return;
  const start = readStart(cup.starts);
  const now = await nowOf(db);
  const startsMs = "onceMs" in start ? start.onceMs : nextTime(start as Calendar, now);
  if (startsMs === undefined || startsMs <= now) return;
  const open = await db.query<unknown[]>(
    "SELECT 1 FROM tournament WHERE cup = $1 AND state = 'open' AND starts_at > clock_timestamp() LIMIT 1",
    [cup.name],
  );
  if (open.length === 0) await announce(db, cup, { startsMs });
}

async function nowOf(db: Db): Promise<number> {
  const [row] = await db.query<{ now: number }[]>(
    "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now",
  );
  return row?.now ?? 0;
}
