import { z } from "zod";
import { RoomkeepError } from "../../../shared/index.ts";
import { readMovements } from "../../items/ledger-pages.ts";
import { listNotes } from "../../moderation/notes.ts";
import { findByAddress, findPlayers, readPlayers, SEARCHED } from "../../moderation/players/find-players.ts";
import {
  countAbout,
  readAuditOf,
  readBelongings,
  readCharacters,
  readDeletion,
  readFlagsOf,
  readSecrets,
  readSessions,
} from "../../moderation/players/player-view.ts";
import { listSanctions } from "../../moderation/sanctions.ts";
import { defineOperation } from "../operation.ts";
import { sanctionView } from "./sanctions.ts";

const player = z.uuid().meta({ description: "id of the account" });
const character = z.uuid().meta({ description: "id of the character" });
const limit = z.int().min(1).max(100).default(20);
const time = z.iso.datetime();
const coins = z.number();

const found = z.object({
  id: z.uuid(),
  kind: z.enum(["guest", "registered"]),
  name: z.string().nullable(),
  role: z.enum(["player", "moderator", "operator", "admin"]),
  createdAt: time,
  lastSeenAt: time,
  characters: z.array(
    z.object({ id: z.uuid(), name: z.string(), deletedAt: time.nullable(), room: z.string().nullable() }),
  ),
  muted: z.boolean(),
  banned: z.boolean(),
  deleteAt: time.nullable(),
});
const lineOf = ({ id, name, role, characters, muted, banned }: z.output<typeof found>) =>
  [id, name ?? "guest", role, ...characters.map((one) => one.name), muted && "muted", banned && "banned"]
    .filter(Boolean)
    .join("  ");

/** Finds players by the beginning of a name, or by an id. */
export const searchPlayers = defineOperation({
  name: "players.search",
  summary: "Players by the beginning of an account's or character's name, or by an id",
  permission: "look",
  kind: "read",
  params: z.object({ query: z.string().trim().min(1).max(200), by: z.enum(SEARCHED).default("any"), limit }),
  result: z.object({ players: z.array(found) }),
  run: async ({ db }, params) => ({ players: await findPlayers(db, params) }) as never,
  text: ({ players }) => players.map(lineOf),
});

/** Finds players by where they signed in from. */
export const searchAddress = defineOperation({
  name: "players.search-address",
  summary: "Players who signed in from an address or a range",
  permission: "secrets",
  kind: "read",
  audited: true,
  params: z.object({ address: z.string().max(64), limit }),
  result: z.object({ players: z.array(found.extend({ address: z.string(), at: time })) }),
  codes: ["SANCTION_INVALID"],
  run: async ({ db }, params) => ({ players: await findByAddress(db, params) }) as never,
  text: ({ players }) => players.map((one) => `${one.at}  ${one.address}  ${lineOf(one)}`),
});

/** All that concerns one player, but for what has a list of its own. */
export const showPlayer = defineOperation({
  name: "players.show",
  summary: "One player: account, characters, sanctions, and how much there is of the rest",
  permission: "look",
  kind: "read",
  params: z.object({ player }),
  result: found.omit({ characters: true }).extend({
    characters: z.array(
      z.object({
        id: z.uuid(),
        name: z.string(),
        color: z.int(),
        shape: z.int(),
        coins,
        createdAt: time,
        updatedAt: time,
        deletedAt: time.nullable(),
        room: z.string().nullable(),
      }),
    ),
    sanctions: z.array(sanctionView),
    counts: z.object({
      reportsAbout: z.int(),
      reportsBy: z.int(),
      cheatFlags: z.int(),
      notes: z.int(),
      playSessions: z.int().nullable(),
    }),
    deletion: z
      .object({ askedAt: time, deleteAt: time, byPlayer: z.boolean(), by: z.string(), reason: z.string() })
      .nullable(),
  }),
  codes: ["ACCOUNT_UNKNOWN"],
  async run({ db }, { player: id }) {
    const [account] = await readPlayers(db, [id]);
    if (!account) throw new RoomkeepError("ACCOUNT_UNKNOWN");
    return {
      ...account,
      characters: await readCharacters(db, id),
      sanctions: await listSanctions(db, { accountId: id, limit: 100 }),
      counts: await countAbout(db, id),
      deletion: await readDeletion(db, id),
    };
  },
});

/** What only those read who may see addresses. */
export const showSecrets = defineOperation({
  name: "players.secrets",
  summary: "E-mail address, external identities, and sign-ins with their addresses",
  permission: "secrets",
  kind: "read",
  audited: true,
  params: z.object({ player }),
  result: z.object({
    email: z.string().nullable(),
    identities: z.array(z.object({ issuer: z.string(), createdAt: time })),
    signIns: z.array(
      z.object({ id: z.uuid(), address: z.string(), createdAt: time, revokedAt: time.nullable() }),
    ),
  }),
  codes: ["ACCOUNT_UNKNOWN"],
  async run({ db, concerns }, { player: id }) {
    concerns(id);
    return (await readSecrets(db, id)) as never;
  },
});

/** What a character has. */
export const showItems = defineOperation({
  name: "players.items",
  summary: "Coins and items of a character",
  permission: "look",
  kind: "read",
  params: z.object({ character }),
  result: z.object({
    coins,
    dead: z.boolean(),
    stacks: z.array(
      z.object({ id: z.uuid(), container: z.string(), template: z.string(), slot: z.int(), qty: z.int() }),
    ),
  }),
  codes: ["CHARACTER_MISSING"],
  run: async ({ db }, params) => (await readBelongings(db, params.character)) as never,
});

/** The ledger of a character. */
export const showLedger = defineOperation({
  name: "players.ledger",
  summary: "Every movement of a character's coins and items: when, why, where to, and by whom; newest first",
  permission: "look",
  kind: "read",
  params: z.object({
    character,
    before: z
      .string()
      .regex(/^\d{1,18}$/)
      .optional(),
    limit: z.int().min(1).max(100).default(50),
  }),
  result: z.object({
    movements: z.array(
      z.object({
        seq: z.string(),
        request: z.string(),
        at: time,
        container: z.string(),
        item: z.string().nullable(),
        qty: z.int(),
        coins,
        reason: z.string(),
        by: z.string(),
        others: z.array(z.object({ account: z.string(), item: z.string().nullable(), qty: z.int(), coins })),
      }),
    ),
    next: z.string().nullable().meta({ description: "`before` of the next page; null: this is the last" }),
  }),
  async run({ db }, { character: id, before, limit: most }) {
    const movements = await readMovements(db, id, { before, limit: most });
    const next = movements.length < most ? null : (movements.at(-1)?.seq ?? null);
    return { movements: movements as never, next };
  },
  text: ({ movements }) =>
    movements.map((one) => {
      const what = one.item === null ? `${one.coins} coins` : `${one.qty} × ${one.item}`;
      return `${one.seq}  ${one.at}  ${one.container}  ${what}  ${one.reason}  ${one.by}`.trimEnd();
    }),
});

/** Stays in rooms. */
export const showSessions = defineOperation({
  name: "players.sessions",
  summary: "Play sessions of a player, newest first; null without the plugin",
  permission: "look",
  kind: "read",
  params: z.object({ player, limit }),
  result: z.object({
    sessions: z
      .array(
        z.object({
          character: z.uuid(),
          game: z.string(),
          roomId: z.string(),
          startedAt: time,
          endedAt: time.nullable(),
          ending: z.string().nullable(),
        }),
      )
      .nullable(),
  }),
  run: async ({ db }, params) => ({ sessions: await readSessions(db, params.player, params.limit) }),
});

/** Suspicions. */
export const showFlags = defineOperation({
  name: "players.flags",
  summary: "Flags of the cheat detection of a player, newest first",
  permission: "look",
  kind: "read",
  params: z.object({ player, limit }),
  result: z.object({
    flags: z.array(
      z.object({
        id: z.uuid(),
        at: time,
        character: z.uuid(),
        game: z.string(),
        roomId: z.string(),
        score: z.number(),
        action: z.string(),
        signals: z.record(z.string(), z.number()),
      }),
    ),
  }),
  run: async ({ db }, params) => ({ flags: await readFlagsOf(db, params.player, params.limit) }),
});

/** The audit log about a player. */
export const showAudit = defineOperation({
  name: "players.audit",
  summary: "What a player did and what was done to them, by the audit log, newest first",
  permission: "audit",
  kind: "read",
  params: z.object({ player, limit }),
  result: z.object({
    entries: z.array(
      z.object({
        at: time,
        caller: z.string(),
        role: z.string(),
        game: z.string(),
        roomId: z.string(),
        line: z.string(),
        outcome: z.string(),
        own: z.boolean(),
      }),
    ),
  }),
  run: async ({ db }, params) => ({ entries: await readAuditOf(db, params.player, params.limit) }),
});

/** What moderators remember. */
export const showNotes = defineOperation({
  name: "players.notes",
  summary: "Notes of moderators about a player, newest first",
  permission: "sanction",
  kind: "read",
  params: z.object({ player, limit }),
  result: z.object({
    notes: z.array(z.object({ id: z.uuid(), at: time, by: z.string(), text: z.string() })),
  }),
  run: async ({ db }, params) => ({ notes: await listNotes(db, params.player, params.limit) }),
});
