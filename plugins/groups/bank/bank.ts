import type { Db, PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { type LockedGroup, lockAccounts, lockGroup, permitted } from "../membership/locking.ts";
import { allows, type GroupRole } from "../permissions.ts";
import type { GroupSettings } from "../settings.ts";

/** Coins and items, each at least one of something. */
export interface Holding {
  readonly coins: number;
  readonly items: readonly { readonly template: string; readonly qty: number }[];
}

/** Something that is put into a bank or taken out. */
export interface BankRequest extends Partial<Holding> {
  /** A new one for each deed; a repetition does nothing and gets the same answer. */
  readonly request: string;
  /** Of the account that asks, in a room or not. */
  readonly characterId: string;
}

/** What a bank holds, and what an account may still take out. */
export interface BankView extends Holding {
  /** Within 24 hours; null: as much as there is. */
  readonly left: { readonly coins: number; readonly items: number } | null;
}

/** A line of the log; amounts below 0 left the bank. */
export interface BankLine extends Holding {
  readonly id: string;
  /** Null: the account was deleted. */
  readonly account: string | null;
  readonly name: string;
  /** ISO. */
  readonly at: string;
}

/** Booked: what the character's purse holds then. */
export interface BankAnswer {
  readonly coins: number;
  readonly repeated: boolean;
}

/** The banks of groups: vaults of the ledger, with a line in the log for each booking. */
export interface Bank {
  /**
   * Puts coins of the purse and items of the bag into the bank.
   * @throws GROUP_STRANGER, GROUP_PERMISSION, CHARACTER_MISSING, CHARACTER_DEAD, NOT_ENOUGH, NO_SPACE,
   *   REQUEST_REUSED, MESSAGE_INVALID nothing was booked
   */
  deposit(me: string, groupId: string, asked: BankRequest): Promise<BankAnswer>;
  /**
   * Takes out: coins come into the purse, items by mail.
   * @throws GROUP_BANK_LIMIT it is more than the role may take within 24 hours; and as `deposit`
   */
  withdraw(me: string, groupId: string, asked: BankRequest): Promise<BankAnswer>;
  /** For members. @throws GROUP_STRANGER */
  view(me: string, groupId: string): Promise<BankView>;
  /**
   * Lines of the log, the newest first.
   * @param before id of a line: older ones
   * @throws GROUP_STRANGER, GROUP_PERMISSION
   */
  log(me: string, groupId: string, before?: string): Promise<BankLine[]>;
}

type Services = Pick<PluginServices, "db" | "transaction" | "ledger" | "people">;
type Limits = Pick<GroupSettings, "permissions" | "coinsPerDay" | "itemsPerDay">;

/** Lines of a page of the log. */
const PAGE = 50;

/** Opens the banks on a database. */
export function openBank({ db: outside, transaction, ledger, people }: Services, settings: Limits): Bank {
  const book = (me: string, groupId: string, sign: 1 | -1, asked: BankRequest) =>
    transaction(async (db) => {
      const { characterId, request, coins = 0, items = [] } = asked;
      await lockAccounts(db, [me]);
      await lockCharacter(db, me, characterId);
      // What was done is answered whatever has become of the group and of the role since.
      const isRepeated = await wasBooked(db, characterId, request);
      const group = isRepeated ? undefined : await lockGroup(db, groupId);
      if (group) {
        const role = await permitted(settings.permissions, group, me, sign > 0 ? "deposit" : "withdraw");
        if (sign < 0) await refuseOverLimit(db, group, me, role, { coins, items });
      }
      const answer = await ledger.book(db, {
        characterId,
        request,
        reason: sign > 0 ? "into the bank" : "out of the bank",
        vault: groupId,
        coins: coins === 0 ? 0 : -sign * coins,
        items: items.map(({ template, qty }) => ({ template, qty: -sign * qty })),
      });
      if (!answer.repeated) await writeLine(db, { me, groupId, sign, ...asked });
      return answer;
    });

  async function refuseOverLimit(
    db: Db,
    { id }: LockedGroup,
    me: string,
    role: GroupRole,
    { coins, items }: Holding,
  ): Promise<void> {
    const left = await leftOf(db, settings, id, me, role);
    if (left && !(coins <= left.coins && countItems(items) <= left.items))
      throw new RoomkeepError(
        "GROUP_BANK_LIMIT",
        `You may take ${left.coins} coins and ${left.items} items more within the 24 hours.`,
      );
  }

  return {
    deposit: (me, groupId, asked) => book(me, groupId, 1, asked),
    withdraw: (me, groupId, asked) => book(me, groupId, -1, asked),
    async view(me, groupId) {
      const role = await roleIn(outside, groupId, me);
      const left = allows(settings.permissions, role, "withdraw")
        ? await leftOf(outside, settings, groupId, me, role)
        : { coins: 0, items: 0 };
      return { ...(await ledger.vault(outside, groupId)), left: left ?? null };
    },
    async log(me, groupId, before) {
      const roleOf = () => roleIn(outside, groupId, me);
      await permitted(settings.permissions, { roleOf }, me, "log");
      return readLog({ db: outside, people }, groupId, before);
    },
  };
}

/** @throws GROUP_UNKNOWN, GROUP_STRANGER */
async function roleIn(db: Db, groupId: string, accountId: string): Promise<GroupRole> {
  const [row] = await db.query<{ role: GroupRole | null }[]>(
    `SELECT m.role FROM player_group g LEFT JOIN group_member m ON m.group_id = g.id AND m.account_id = $2
     WHERE g.id = $1`,
    [groupId, accountId],
  );
  if (!row) throw new RoomkeepError("GROUP_UNKNOWN");
  if (!row.role) throw new RoomkeepError("GROUP_STRANGER");
  return row.role;
}

/** Reads lines of a bank's log, with the names of who booked. */
export async function readLog(
  { db, people }: { readonly db: Db; readonly people: PluginServices["people"] },
  groupId: string,
  before?: string,
): Promise<BankLine[]> {
  const rows = await db.query<
    { id: string; account_id: string | null; coins: string; items: Holding["items"]; at: Date }[]
  >(
    `SELECT id, account_id, coins, items, at FROM group_bank_log
     WHERE group_id = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT ${PAGE}`,
    [groupId, before ?? null],
  );
  const names = await people.names(rows.flatMap(({ account_id }) => account_id ?? []));
  return rows.map(({ id, account_id, coins, items, at }) => ({
    id,
    account: account_id,
    name: names.get(account_id ?? "") ?? "",
    coins: Number(coins),
    items,
    at: at.toISOString(),
  }));
}

/** @throws CHARACTER_MISSING it is none of the account's */
async function lockCharacter(db: Db, accountId: string, characterId: string): Promise<void> {
  const [row] = await db.query<unknown[]>(
    "SELECT id FROM character WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL FOR UPDATE",
    [characterId, accountId],
  );
  if (!row) throw new RoomkeepError("CHARACTER_MISSING");
}

async function wasBooked(db: Db, characterId: string, request: string): Promise<boolean> {
  const rows = await db.query<unknown[]>(
    "SELECT 1 FROM group_bank_log WHERE character_id = $1 AND request = $2",
    [characterId, request],
  );
  return rows.length > 0;
}

/** What a role may still take within 24 hours; undefined: as much as there is. */
async function leftOf(
  db: Db,
  { coinsPerDay, itemsPerDay }: Limits,
  groupId: string,
  accountId: string,
  role: GroupRole,
): Promise<{ coins: number; items: number } | undefined> {
  if (role === "leader") return undefined;
  const [taken] = await db.query<{ coins: string; items: string }[]>(
    `SELECT COALESCE(sum(GREATEST(-coins, 0)), 0) AS coins, COALESCE(sum(items_out), 0) AS items
     FROM group_bank_log WHERE group_id = $1 AND account_id = $2 AND at > now() - interval '24 hours'`,
    [groupId, accountId],
  );
  const left = (most: number, gone: string | undefined) => Math.max(0, most - Number(gone ?? 0));
  return { coins: left(coinsPerDay[role], taken?.coins), items: left(itemsPerDay[role], taken?.items) };
}

async function writeLine(
  db: Db,
  booked: BankRequest & { readonly me: string; readonly groupId: string; readonly sign: 1 | -1 },
): Promise<void> {
  const { me, groupId, sign, characterId, request, coins = 0, items = [] } = booked;
  await db.query(
    `INSERT INTO group_bank_log (group_id, account_id, character_id, request, coins, items, items_out)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      groupId,
      me,
      characterId,
      request,
      sign * coins,
      JSON.stringify(items.map(({ template, qty }) => ({ template, qty: sign * qty }))),
      sign < 0 ? countItems(items) : 0,
    ],
  );
}

const countItems = (items: Holding["items"]) => items.reduce((sum, { qty }) => sum + qty, 0);
