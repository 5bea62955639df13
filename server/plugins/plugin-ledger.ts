import { matchMaker } from "@colyseus/core";
import type { DataSource } from "typeorm";
import type { Log } from "../../rooms/index.ts";
import { type Refusal, RoomkeepError, refuse } from "../../shared/index.ts";
import type { InventoryTransaction } from "../../shared/internal.ts";
import { container } from "../items/containers.ts";
import { bookWithin, type ItemRules } from "../items/ledger.ts";
import { readVault, type VaultContent } from "../items/vaults.ts";
import { findCharacter } from "../moderation/players/player-view.ts";
import { answerWithin, type Db } from "../storage/database.ts";

/** Longest wait for a room that is told of a booking, ms. */
const ROOM_ANSWER_MS = 5_000;
/** Longest id and reason of a plugin's booking, characters. */
const REQUEST = /^[\x21-\x7e]{1,64}$/;
const REASON_MAX = 100;
/** Kinds of items that one booking changes at most. */
const ITEMS_MAX = 20;
/** Name of a vault, the plugin's own. */
const VAULT = /^[a-z0-9-]{1,64}$/;

/** What a plugin gives to a character or takes from it: a prize, a fee. */
export interface PluginBooking {
  /** Whose coins and items; live in a room, or offline. */
  readonly characterId: string;
  /**
   * 1 to 64 characters without a space, the plugin's own: a repetition for the character books nothing and
   * gets the first answer.
   */
  readonly request: string;
  /** For the ledger, after the plugin's name; 1 to 100 characters. */
  readonly reason: string;
  /**
   * A vault of the plugin, such as the bank of a group: what is booked comes out of it and goes into it,
   * instead of out of nothing and into nothing. 1 to 64 characters of a-z, 0-9 and -.
   */
  readonly vault?: string;
  /** Coins out of nothing; below 0: into nothing. */
  readonly coins?: number;
  /** Given by mail, where a full bag or a death does not matter; `qty` below 0 is taken from the bag. */
  readonly items?: readonly { readonly template: string; readonly qty: number }[];
}

/** The ledger, as plugins use it. */
export interface PluginLedger {
  /**
   * Books within a transaction that the plugin opened by its `transaction`. The room that has the character
   * is told once the transaction is through.
   *
   * @param db of the transaction
   * @param after of an operator's operation, in whose transaction it books; it tells the room then
   * @returns coins that the character has then; `repeated`: it was booked before
   * @throws CHARACTER_MISSING, CHARACTER_DEAD, NOT_ENOUGH, NO_SPACE, ITEM_UNKNOWN, QUANTITY_INVALID,
   *   REQUEST_REUSED the transaction has to be rolled back
   * @throws MESSAGE_INVALID request, reason or vault do not fit, or there is nothing to book
   * @example
   * await transaction(async (db) => {
   *   await db.query("INSERT INTO entrant (account_id) VALUES ($1)", [accountId]);
   *   await ledger.book(db, { characterId, request: `fee-${cup}`, reason: "entry fee", coins: -50 });
   * });
   */
  book(
    db: Db,
    booking: PluginBooking,
    after?: (tell: () => unknown) => void,
  ): Promise<{ readonly coins: number; readonly repeated: boolean }>;
  /** What a vault of the plugin holds; one that nothing came into is empty. */
  vault(db: Db, name: string): Promise<VaultContent>;
}

/** What a plugin's ledger and its transactions are opened with. */
interface LedgerHost {
  readonly ds: DataSource;
  readonly log: Log;
  readonly itemRules: ItemRules;
}

/** Opens the ledger of a plugin, with the transactions in which it books. */
export function openPluginLedger(plugin: string, { ds, log, itemRules }: LedgerHost) {
  /** Rooms to tell after a transaction, by character. */
  const booked = new WeakMap<Db, Map<string, string>>();
  const ledger: PluginLedger = {
    vault: (db, name) => readVault(db, container.vault(plugin, name)),
    async book(db, booking, after) {
      const rooms = booked.get(db);
      if (!rooms && !after) throw new Error(`"${plugin}" books outside of its own transaction.`);
      const { characterId, request, reason } = booking;
      checkBooking(booking);
      const taken = (booking.items ?? []).some(({ qty }) => qty < 0);
      const vault = booking.vault === undefined ? undefined : container.vault(plugin, booking.vault);
      const own = [container.bag(characterId), container.mail(characterId)];
      const answer = await bookWithin(db, itemRules, {
        requestId: `${plugin}:${request}`,
        by: [{ characterId, owner: null, epoch: null }],
        payload: [booking.coins ?? 0, booking.items ?? [], ...(vault === undefined ? [] : [vault])],
        reason: `${plugin}: ${reason}`,
        containers: booking.items?.length ? [...own, ...(vault === undefined ? [] : [vault])] : [],
        vault,
        tell: own,
        whileDead: !taken,
        change: (inventory) => changeBy(inventory, booking, vault ?? null),
      });
      // The character is locked by now, so the room that it has stays its room until the transaction ends.
      const { room } = await findCharacter(db, characterId);
      if (room !== null && rooms) rooms.set(characterId, room);
      else if (room !== null) after?.(() => tellRooms(new Map([[characterId, room]]), log));
      return { coins: answer.coins[characterId] ?? 0, repeated: answer.repeated ?? false };
    },
  };
  return {
    ledger,
    transaction<T>(work: (db: Db) => Promise<T>): Promise<T> {
      const rooms = new Map<string, string>();
      const done = ds.transaction((db) => {
        booked.set(db, rooms);
        return work(db);
      });
      // Also when the answer came too late for the plugin: what is committed is told.
      done.then(
        () => tellRooms(rooms, log),
        () => {}, // the plugin is told
      );
      return answerWithin(done);
    },
  };
}

/** @throws MESSAGE_INVALID */
function checkBooking({ request, reason, vault = "-", coins = 0, items = [] }: PluginBooking): void {
  const problem = !REQUEST.test(request)
    ? "request: 1 to 64 characters without a space"
    : reason.length === 0 || reason.length > REASON_MAX
      ? `reason: 1 to ${REASON_MAX} characters`
      : !VAULT.test(vault)
        ? "vault: 1 to 64 characters of a-z, 0-9 and -"
        : items.length > ITEMS_MAX
          ? `items: at most ${ITEMS_MAX} kinds`
          : coins === 0 && items.length === 0
            ? "neither coins nor items are booked"
            : undefined;
  if (problem) throw new RoomkeepError("MESSAGE_INVALID", `A booking of a plugin does not fit: ${problem}.`);
}

function changeBy(
  inventory: InventoryTransaction,
  { characterId: id, coins = 0, items = [] }: PluginBooking,
  vault: string | null,
): Refusal | null {
  if (!Number.isSafeInteger(coins)) return refuse("QUANTITY_INVALID");
  const paid =
    coins === 0 ? null : coins < 0 ? inventory.pay(id, vault, -coins) : inventory.pay(vault, id, coins);
  if (paid) return paid;
  for (const { template, qty } of items) {
    const [from, to] = qty < 0 ? [container.bag(id), vault] : [vault, container.mail(id)];
    const much = Math.abs(qty);
    const refusal =
      (from === null ? null : inventory.burn(from, template, much)) ??
      (to === null ? null : inventory.mint(to, template, much));
    if (refusal) return refusal;
  }
  return null;
}

/** A room that has closed meanwhile tells nobody: the next one reads what is held. */
function tellRooms(rooms: ReadonlyMap<string, string>, log: Log): void {
  for (const [characterId, room] of rooms)
    matchMaker
      .remoteRoomCall(room, "itemsBooked" as never, [characterId], ROOM_ANSWER_MS)
      .catch((error: unknown) => log.warn({ err: error, room }, "a room was not told of a booking"));
}
