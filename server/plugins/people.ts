import type { Whereabouts } from "../../rooms/index.ts";
import type { PeopleReach } from "../../rooms/internal.ts";
import { type Refusal, RoomkeepError, refuse } from "../../shared/index.ts";
import { foldName } from "../accounts/account-names.ts";
import { plainAddress } from "../moderation/address-range.ts";
import { type FoundSanction, sanctionsOf } from "../moderation/sanction-rows.ts";
import type { Db } from "../storage/database.ts";

/** How a message to an account ended; `unknown`: a room did not answer, and the message may have arrived. */
type TellOutcome = "delivered" | "offline" | "unknown";

/** Accounts for plugins: who they are, where they play, and the way to their clients. */
export interface People {
  /**
   * Where accounts play now, in whichever process; those in no room are left out. Of an account in several
   * rooms one is told, a joinable one if there is any.
   *
   * @throws REDIS_UNAVAILABLE within some seconds
   * @example
   * const there = (await people.where([accountId])).get(accountId);
   */
  where(accountIds: Iterable<string>): Promise<Map<string, Whereabouts>>;
  /**
   * Sends a message of the plugin to all clients of an account that is in a room, in whichever process, at
   * most once. Those that one process sends to one account arrive in order. The plugin's own part of that
   * room is told first: `onTold`. Never throws; while Redis is away it is "offline" within some seconds.
   *
   * @param type its end: `changed` of the plugin `friends` arrives as `friends.changed`
   * @param payload JSON
   */
  tell(accountId: string, type: string, payload: unknown): Promise<TellOutcome>;
  /**
   * The party of an account that is in a room; undefined: it is in no room, or in no party.
   *
   * @throws REDIS_UNAVAILABLE within some seconds
   */
  party(accountId: string): Promise<PeopleParty | undefined>;
  /** The account of this name, or of one that looks alike; undefined: there is none. Guests have no name. */
  find(name: string): Promise<string | undefined>;
  /**
   * Names of accounts, for people: that of the account, of a guest that of the character played last. Unknown
   * and deleted accounts are left out.
   */
  names(accountIds: Iterable<string>): Promise<Map<string, string>>;
  /**
   * Accounts whose lines each of these accounts does not read, by what all plugins say: see `hides` of a
   * plugin. Who has blocked nobody is left out. Rooms answer the same from memory, by `hears`, which may be
   * some seconds older.
   */
  hiddenFrom(accountIds: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  /**
   * Why an account may write nothing to others now: it is muted or banned. Undefined: it may. The database
   * decides, so that it holds at once, in and outside of rooms.
   *
   * @param address of the client, for bans of a range; undefined: it is not known
   */
  refusalToWrite(accountId: string, address?: string): Promise<Refusal | undefined>;
}

/** People who go together, by account. */
export interface PeopleParty {
  /** Of the party: it stays while members come and go. */
  readonly id: string;
  /** Who leads them. */
  readonly lead: string;
  /** All of them, the longest first; who is away has lost the connection. */
  readonly members: readonly { readonly account: string; readonly isAway: boolean }[];
}

/** Opens the people of one plugin. */
export function peopleOf(
  plugin: string,
  db: Db,
  { where, tell, party }: PeopleReach,
  hiddenFrom: People["hiddenFrom"],
): People {
  return {
    where,
    tell: (accountId, type, payload) => tell(accountId, `${plugin}.${type}`, payload),
    async party(accountId) {
      const there = (await where([accountId])).get(accountId);
      const found = there && (await party(there.characterId));
      if (!found) return undefined;
      const rows = await db.query<{ id: string; account: string }[]>(
        "SELECT id, account_id AS account FROM character WHERE id = ANY($1::uuid[])",
        [[...found.members.keys()]],
      );
      const accounts = new Map(rows.map(({ id, account }) => [id, account]));
      const lead = accounts.get(found.lead);
      if (lead === undefined) return undefined;
      const members = [...found.members].flatMap(([id, { lostAt }]) => {
        const account = accounts.get(id);
        return account === undefined ? [] : [{ account, isAway: lostAt > 0 }];
      });
      return { id: found.id, lead, members };
    },
    async find(name) {
      const key = keyOf(name);
      if (key === undefined) return undefined;
      const [row] = await db.query<{ id: string }[]>("SELECT id FROM account WHERE name_key = $1", [key]);
      return row?.id;
    },
    async names(accountIds) {
      const rows = await db.query<{ id: string; name: string }[]>(
        `SELECT id, COALESCE(name, (
           SELECT c.name FROM character AS c WHERE c.account_id = account.id AND c.deleted_at IS NULL
           ORDER BY c.chosen_at DESC NULLS LAST, c.created_at DESC LIMIT 1), '') AS name
         FROM account WHERE id = ANY($1::uuid[])`,
        [[...accountIds]],
      );
      return new Map(rows.map(({ id, name }) => [id, name]));
    },
    hiddenFrom,
    async refusalToWrite(accountId, address) {
      const found = await sanctionsOf(db, { accountId, address: plainAddress(address ?? "") });
      // A ban of one character closes rooms to that one alone.
      const isBan = ({ kind, characterId }: FoundSanction) => kind === "ban" && characterId === undefined;
      if (found.some(isBan)) return refuse("BANNED");
      return found.some(({ kind, chat }) => kind === "mute" && chat) ? refuse("MUTED") : undefined;
    },
  };
}

/** Undefined: no account can have the name. */
function keyOf(name: string): string | undefined {
  try {
    return foldName(name).key;
  } catch (error) {
    if (error instanceof RoomkeepError) return undefined;
    throw error;
  }
}
