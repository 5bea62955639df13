import type { Db, People } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import type { GroupRole } from "../permissions.ts";
import type { GroupLooks } from "./founding.ts";

/** Groups on a page. */
export const PAGE_MAX = 50;
/** Requests and invitations that a list shows; older ones follow when these are answered. */
const WAITING_SHOWN = 100;

/** A group as everybody may see it. */
export interface ListedGroup extends GroupLooks {
  readonly id: string;
  readonly members: number;
  /** ISO. */
  readonly createdAt: string;
}

/** A group that an account is in. */
export interface OwnGroup extends ListedGroup {
  readonly role: GroupRole;
}

/** Somebody of a group's lists. */
export interface GroupPerson {
  readonly account: string;
  readonly name: string;
  /** ISO. */
  readonly since: string;
}

/** A member with the role. */
export interface GroupMember extends GroupPerson {
  readonly role: GroupRole;
}

interface GroupRow extends GroupLooks {
  id: string;
  name_key: string;
  members: number;
  created_at: Date;
}

const COLUMNS = `g.id, g.name, g.name_key, g.tag, g.text, g.access, g.created_at,
  (SELECT count(*)::int FROM group_member n WHERE n.group_id = g.id) AS members`;

/** Where a list of groups begins, and how far it goes. */
export interface GroupRange {
  /** Beginning of the name as its key is, or a whole tag; empty: all. */
  readonly key: string;
  /** Cursor of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Groups by name. @returns the cursor of the next page; null: this is the last */
export async function listGroups(
  db: Db,
  { key, after, limit }: GroupRange,
): Promise<{ groups: ListedGroup[]; next: string | null }> {
  const rows = await db.query<GroupRow[]>(
    `SELECT ${COLUMNS} FROM player_group g
     WHERE ((g.name_key >= $1 AND g.name_key < $1 || chr(1114111)) OR g.tag_key = $1) AND g.name_key > $2
     ORDER BY g.name_key LIMIT $3`,
    [key, after === undefined ? "" : readCursor(after), limit + 1],
  );
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    groups: rows.slice(0, limit).map(shown),
    next: last ? Buffer.from(last.name_key).toString("base64url") : null,
  };
}

/** @throws GROUP_UNKNOWN */
export async function readGroup(db: Db, groupId: string): Promise<ListedGroup> {
  const [row] = await db.query<GroupRow[]>(`SELECT ${COLUMNS} FROM player_group g WHERE g.id = $1`, [
    groupId,
  ]);
  if (!row) throw new RoomkeepError("GROUP_UNKNOWN");
  return shown(row);
}

/** The groups of an account, the oldest membership first. */
export async function readGroupsOf(db: Db, accountId: string): Promise<OwnGroup[]> {
  const rows = await db.query<(GroupRow & { role: GroupRole })[]>(
    `SELECT ${COLUMNS}, m.role FROM group_member m JOIN player_group g ON g.id = m.group_id
     WHERE m.account_id = $1 ORDER BY m.joined_at`,
    [accountId],
  );
  return rows.map((row) => ({ ...shown(row), role: row.role }));
}

/** What an account has asked for, and who has invited it, the newest first; without those of `blocked`. */
export async function readOwnRequests(
  db: Db,
  accountId: string,
  blocked: readonly string[],
): Promise<{ asked: ListedGroup[]; invited: ListedGroup[] }> {
  const rows = await db.query<(GroupRow & { asked: boolean })[]>(
    `SELECT ${COLUMNS}, r.invited_by IS NULL AS asked
     FROM group_request r JOIN player_group g ON g.id = r.group_id
     WHERE r.account_id = $1 AND (r.invited_by IS NULL OR r.invited_by <> ALL($2::uuid[]))
     ORDER BY r.at DESC, g.id LIMIT ${WAITING_SHOWN}`,
    [accountId, blocked],
  );
  const of = (asked: boolean) => rows.filter((row) => row.asked === asked).map(shown);
  return { asked: of(true), invited: of(false) };
}

/** Members: leader, officers, then the others, by how long they are there. */
export async function readMembers(
  { db, people }: { readonly db: Db; readonly people: Pick<People, "names"> },
  groupId: string,
): Promise<GroupMember[]> {
  const rows = await db.query<{ account: string; role: GroupRole; since: Date }[]>(
    `SELECT account_id AS account, role, joined_at AS since FROM group_member WHERE group_id = $1
     ORDER BY role = 'leader' DESC, role = 'officer' DESC, joined_at, account_id`,
    [groupId],
  );
  return named(people, rows);
}

/** Who waits for an answer and who is invited, the newest first, without those whom the reader blocks. */
export async function readWaiting(
  { db, people }: { readonly db: Db; readonly people: Pick<People, "names"> },
  groupId: string,
  blocked: readonly string[],
): Promise<{ asked: GroupPerson[]; invited: GroupPerson[] }> {
  const rows = await db.query<{ account: string; asked: boolean; since: Date }[]>(
    `SELECT account_id AS account, invited_by IS NULL AS asked, at AS since FROM group_request
     WHERE group_id = $1 AND account_id <> ALL($2::uuid[]) ORDER BY at DESC, account_id`,
    [groupId, blocked],
  );
  const all = await named(people, rows);
  const of = (is: boolean) =>
    all.filter(({ asked }) => asked === is).map(({ asked: _, ...person }) => person);
  return { asked: of(true), invited: of(false) };
}

/** Requests and invitations that nobody has answered for so many days end. */
export function dropOldRequests(db: Db, days: number): Promise<unknown> {
  return db.query("DELETE FROM group_request WHERE at < now() - make_interval(days => $1)", [days]);
}

/** Adds names to rows of accounts. */
export async function named<T extends { account: string; since: Date }>(
  people: Pick<People, "names">,
  rows: readonly T[],
): Promise<(Omit<T, "since"> & GroupPerson)[]> {
  const names = await people.names(rows.map(({ account }) => account));
  return rows.map((row) => ({
    ...row,
    name: names.get(row.account) ?? "",
    since: row.since.toISOString(),
  }));
}

function shown({ id, name, tag, text, access, members, created_at }: GroupRow): ListedGroup {
  return { id, name, tag, text, access, members, createdAt: created_at.toISOString() };
}

/** @throws MESSAGE_INVALID it is no cursor of a list */
function readCursor(cursor: string): string {
  const text = /^[\w-]{1,600}$/.test(cursor) ? Buffer.from(cursor, "base64url").toString() : "";
  if (text === "" || text.includes("\0"))
    throw new RoomkeepError("MESSAGE_INVALID", "The cursor is of no list.");
  return text;
}
