import { randomUUID } from "node:crypto";
import type { Role } from "../../rooms/index.ts";
import { ROLES, type SanctionKind } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import { readRange } from "./address-range.ts";

/** Longest that a mute or ban may last, minutes: ten years; longer is for good. */
export const MINUTES_MAX = 10 * 366 * 24 * 60;
/** Longest reason, in characters. */
export const REASON_MAX = 500;

/** Who does something as a moderator. */
export interface Moderator {
  /** Undefined: an operator without an account. */
  readonly accountId?: string | undefined;
  /** Of an operator without an account. */
  readonly name?: string | undefined;
  /** Undefined: whatever role the other has, it may be done. */
  readonly role?: Role | undefined;
}

/** Whom a sanction is of: an account, one of its characters, or all who come from some addresses. */
export type SanctionTarget =
  | { readonly accountId: string }
  | { readonly characterId: string }
  | { readonly range: string };

/** A sanction to be given. */
export interface SanctionOrder {
  readonly kind: SanctionKind;
  readonly target: SanctionTarget;
  /** Of a mute or a ban; undefined: for good. */
  readonly minutes?: number | undefined;
  /** Told to the player. */
  readonly reason: string;
  /** What a mute closes; both by default. */
  readonly channels?: "chat" | "voice" | "both" | undefined;
  readonly by: Moderator;
}

/** A sanction as moderators see it. Times are ISO. */
export interface SanctionView {
  readonly id: string;
  readonly kind: SanctionKind;
  /** Null: it is of a range. */
  readonly accountId: string | null;
  readonly characterId: string | null;
  /** Null: it is of an account. */
  readonly range: string | null;
  readonly chat: boolean;
  readonly voice: boolean;
  readonly reason: string;
  readonly givenAt: string;
  readonly endsAt: string | null;
  /** Name of who gave it; empty: the account is gone. */
  readonly givenBy: string;
  /** A warning that its player has read. */
  readonly readAt: string | null;
  readonly liftedAt: string | null;
  readonly liftedBy: string;
  readonly liftReason: string;
  /** False: it is over, or was lifted. */
  readonly live: boolean;
}

/**
 * Gives a sanction. Whoever calls it tells the processes once it is in the database.
 *
 * @returns its id
 * @throws SANCTION_INVALID an end or a target that its kind has not
 * @throws ACCOUNT_UNKNOWN, CHARACTER_MISSING
 * @throws ROLE_NEEDED the other's role is not below the moderator's
 */
export async function giveSanction(db: Db, order: SanctionOrder): Promise<{ id: string }> {
  const { kind, target, minutes, reason, channels = "both", by } = order;
  const isLasting = kind === "mute" || kind === "ban";
  if (minutes !== undefined && !isLasting)
    throw new RoomkeepError("SANCTION_INVALID", `A ${kind} has no end: leave the minutes out.`);
  if (minutes !== undefined && !(Number.isInteger(minutes) && minutes >= 1 && minutes <= MINUTES_MAX))
    throw new RoomkeepError("SANCTION_INVALID", `Minutes are a whole number from 1 to ${MINUTES_MAX}.`);
  if (kind !== "ban" && !("accountId" in target))
    throw new RoomkeepError("SANCTION_INVALID", `A ${kind} is of an account.`);
  const { accountId, characterId, range } = await readTarget(db, target, by);
  const id = randomUUID();
  const isMute = kind === "mute";
  await answerWithin(
    db.query(
      `INSERT INTO sanction (id, kind, account_id, character_id, network, chat, voice, reason, ends_at, given_by, given_by_name)
       VALUES ($1, $2, $3, $4, network($5::inet), $6, $7, $8, now() + make_interval(mins => $9::integer), $10, $11)`,
      [
        id,
        kind,
        accountId,
        characterId,
        range,
        isMute && channels !== "voice",
        isMute && channels !== "chat",
        reason,
        minutes ?? null,
        by.accountId ?? null,
        by.accountId ? "" : (by.name ?? ""),
      ],
    ),
  );
  return { id };
}

async function readTarget(db: Db, target: SanctionTarget, by: Moderator) {
  if ("range" in target) return { accountId: null, characterId: null, range: readRange(target.range) };
  const isCharacter = "characterId" in target;
  const [row] = await answerWithin(
    db.query<{ id: string; role: Role }[]>(
      isCharacter
        ? `SELECT account.id, role FROM account JOIN character ON account_id = account.id WHERE character.id = $1`
        : "SELECT id, role FROM account WHERE id = $1",
      [isCharacter ? target.characterId : target.accountId],
    ),
  );
  if (!row) throw new RoomkeepError(isCharacter ? "CHARACTER_MISSING" : "ACCOUNT_UNKNOWN");
  if (by.role !== undefined && ROLES.indexOf(row.role) >= ROLES.indexOf(by.role))
    throw new RoomkeepError("ROLE_NEEDED", `A ${by.role} gives no sanction to a ${row.role}.`);
  return { accountId: row.id, characterId: isCharacter ? target.characterId : null, range: null };
}

/**
 * Lifts a sanction that is in force.
 *
 * @throws SANCTION_UNKNOWN there is none, or it is over
 */
export async function liftSanction(
  db: Db,
  id: string,
  { reason, by }: { readonly reason: string; readonly by: Moderator },
): Promise<{ accountId: string | null }> {
  const [rows] = await answerWithin(
    db.query<[{ account_id: string | null }[], number]>(
      `UPDATE sanction SET lifted_at = now(), lift_reason = $2, lifted_by = $3, lifted_by_name = $4
       WHERE id = $1 AND lifted_at IS NULL AND (ends_at IS NULL OR ends_at > now()) RETURNING account_id`,
      [id, reason, by.accountId ?? null, by.accountId ? "" : (by.name ?? "")],
    ),
  );
  if (!rows[0]) throw new RoomkeepError("SANCTION_UNKNOWN");
  return { accountId: rows[0].account_id };
}

/** Lifts all mutes of an account. @returns how many */
export async function liftMutes(db: Db, accountId: string, by: Moderator): Promise<number> {
  const [, count] = await answerWithin(
    db.query<[unknown, number]>(
      `UPDATE sanction SET lifted_at = now(), lifted_by = $2, lifted_by_name = $3
       WHERE account_id = $1 AND kind = 'mute' AND lifted_at IS NULL AND (ends_at IS NULL OR ends_at > now())`,
      [accountId, by.accountId ?? null, by.accountId ? "" : (by.name ?? "")],
    ),
  );
  return count;
}

/** Which sanctions are listed. */
export interface SanctionFilter {
  readonly accountId?: string | undefined;
  /** True: of ranges alone. */
  readonly ranges?: boolean | undefined;
  /** True: those in force alone. */
  readonly live?: boolean | undefined;
  /** Id of the last one of the page before. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** Sanctions, the newest first. */
export async function listSanctions(db: Db, filter: SanctionFilter): Promise<SanctionView[]> {
  const { accountId, ranges = false, live = false, before, limit } = filter;
  const isLive =
    "s.lifted_at IS NULL AND s.kind IN ('mute', 'ban') AND (s.ends_at IS NULL OR s.ends_at > now())";
  const rows = await answerWithin(
    db.query<(Omit<SanctionView, "givenAt"> & { givenAt: Date; endsAt: Date | null })[]>(
      `SELECT s.id, s.kind, s.account_id AS "accountId", s.character_id AS "characterId", s.network::text AS range,
         s.chat, s.voice, s.reason, s.given_at AS "givenAt", s.ends_at AS "endsAt",
         COALESCE(giver.name, giver.id::text, s.given_by_name) AS "givenBy", s.read_at AS "readAt",
         s.lifted_at AS "liftedAt", COALESCE(lifter.name, lifter.id::text, s.lifted_by_name) AS "liftedBy",
         s.lift_reason AS "liftReason", ${isLive} AS live
       FROM sanction AS s LEFT JOIN account AS giver ON giver.id = s.given_by
         LEFT JOIN account AS lifter ON lifter.id = s.lifted_by
       WHERE ($1::uuid IS NULL OR s.account_id = $1) AND (NOT $2::boolean OR s.network IS NOT NULL)
         AND (NOT $3::boolean OR (${isLive})) AND ($4::uuid IS NULL OR (s.given_at, s.id) < (SELECT given_at, id FROM sanction WHERE id = $4))
       ORDER BY s.given_at DESC, s.id DESC LIMIT $5`,
      [accountId ?? null, ranges, live, before ?? null, limit],
    ),
  );
  return rows.map((row) => JSON.parse(JSON.stringify(row)) as SanctionView);
}
