import type { Db, People } from "roomkeep/server";
import { z } from "zod";
import { type ChannelKind, defineChannel } from "./kind.ts";
import { channelsRead, readSpeakers } from "./rows/readers.ts";

/** Days that lines of a zone are kept: for who was away for a moment, or plays again the next day. */
const ZONE_DAYS = 1;

/** A channel for everybody on the server. */
export interface ServerChannel {
  readonly id: string;
  readonly title: string;
  /** Read by all, and written by plugins alone. */
  readonly readOnly?: boolean | undefined;
}

/** What the plugin's own kinds need. */
export interface KindsHost {
  readonly db: Db;
  readonly people: Pick<People, "where" | "party" | "hiddenFrom">;
  readonly server: readonly ServerChannel[];
}

/** The plugin's own kinds: `server`, `zone`, `party` and `whisper`. */
export function ownKinds({ db, people, server }: KindsHost): ChannelKind[] {
  return [serverKind(server), zoneKind(people), partyKind(people), whisperKind(db, people)];
}

function serverKind(channels: readonly ServerChannel[]): ChannelKind {
  const find = (id: string) => channels.find((channel) => channel.id === id);
  return defineChannel({
    kind: "server",
    mayRead: (_, id) => find(id) !== undefined,
    mayWrite: (_, id) => !find(id)?.readOnly,
    channelsOf: () => channels,
  });
}

/** The rooms of one game, in all processes: its id is the name of the game. */
function zoneKind(people: Pick<People, "where">): ChannelKind {
  const zoneOf = async (accountId: string) => (await people.where([accountId])).get(accountId)?.game;
  return defineChannel({
    kind: "zone",
    days: ZONE_DAYS,
    mayRead: async (accountId, id) => (await zoneOf(accountId)) === id,
    async channelsOf(accountId) {
      // While Redis is away nobody knows where they are; the other channels are listed.
      const game = await zoneOf(accountId).catch(() => undefined);
      return game === undefined ? [] : [{ id: game, title: game }];
    },
  });
}

/**
 * The party of an account, in whichever rooms its members are. Who comes to it reads what is written from
 * then on; who changes rooms goes on where they were.
 */
function partyKind({ party }: Pick<People, "party">): ChannelKind {
  return defineChannel({
    kind: "party",
    history: false,
    mayRead: async (accountId, id) => (await party(accountId))?.id === id,
    async members(_, by) {
      // Parties are found by those who are in them.
      const own = by === undefined ? undefined : await party(by);
      return own?.members.map(({ account }) => account);
    },
    async channelsOf(accountId) {
      const own = await party(accountId).catch(() => undefined);
      return own ? [{ id: own.id, title: "Party" }] : [];
    },
  });
}

/** Two accounts. Each calls the channel by the account of the other; its id has both, the lower one first. */
function whisperKind(db: Db, people: Pick<People, "hiddenFrom">): ChannelKind {
  const partnerOf = (accountId: string, id: string) => {
    const [low = "", high = ""] = id.split(".");
    return low === accountId ? high : low;
  };
  return {
    ...defineChannel({
      kind: "whisper",
      mayRead: async (accountId, id) =>
        id.split(".").includes(accountId) && (await isThere(db, partnerOf(accountId, id))),
      mayWrite: async (accountId, id) => !(await isLeaving(db, partnerOf(accountId, id))),
      members: (id) => id.split("."),
      async channelsOf(accountId) {
        const ids = await channelsRead(db, accountId, "whisper");
        const partners = ids.map((id) => partnerOf(accountId, id));
        const [all, names] = await Promise.all([people.hiddenFrom([accountId]), readSpeakers(db, partners)]);
        const hidden = all.get(accountId);
        return ids.flatMap((id) => {
          const partner = partnerOf(accountId, id);
          const title = names.get(partner)?.name ?? "Somebody";
          return hidden?.has(partner) ? [] : [{ id, title }];
        });
      },
    }),
    partnerOf,
    addressOf: partnerOf,
    idOf(accountId, address) {
      const other = z.uuid().safeParse(address).data?.toLowerCase();
      if (other === undefined || other === accountId) return undefined;
      return other < accountId ? `${other}.${accountId}` : `${accountId}.${other}`;
    },
  };
}

async function isThere(db: Db, accountId: string): Promise<boolean> {
  const rows = await db.query<unknown[]>("SELECT 1 FROM account WHERE id = $1", [accountId]);
  return rows.length > 0;
}

/** An account that waits for its deletion reads nothing any more. */
async function isLeaving(db: Db, accountId: string): Promise<boolean> {
  const rows = await db.query<unknown[]>("SELECT 1 FROM account_deletion WHERE account_id = $1", [accountId]);
  return rows.length > 0;
}
