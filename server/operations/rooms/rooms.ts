import { z } from "zod";
import { RoomkeepError } from "../../../shared/index.ts";
import { announcement, COMMAND_MAX } from "../../../shared/internal.ts";
import { defineOperation } from "../operation.ts";
import type { DeskRoom } from "../run/desk-rooms.ts";

/** Rooms that one answer has. */
const ROOMS_MAX = 500;
export const roomId = z.string().min(1).max(64).describe("code of the room");
const reason = z.string().trim().min(1).max(500).describe("shown to those it concerns");
const person = z.object({
  session: z.string(),
  account: z.string(),
  character: z.string(),
  name: z.string(),
  role: z.string(),
  as: z.enum(["player", "screen", "spectator"]),
  pingMs: z.number().nullable(),
  place: z.object({ x: z.number(), y: z.number(), z: z.number() }).nullable(),
  away: z.boolean(),
  travelling: z.boolean(),
  bytesIn: z.number(),
  bytesOut: z.number(),
  address: z.string().optional(),
});
const listed = z.object({
  roomId: z.string(),
  game: z.string(),
  label: z.string(),
  processId: z.string(),
  players: z.int(),
  maxPlayers: z.int(),
  watching: z.int(),
  locked: z.boolean(),
  hidden: z.boolean(),
  createdAt: z.iso.datetime(),
});

/** Lists open rooms of all processes. */
export const listRooms = defineOperation({
  name: "rooms.list",
  summary: "The open rooms of all processes, those with most players first",
  permission: "look",
  kind: "read",
  params: z.object({
    game: z.string().max(100).optional().describe("name of the game"),
    processId: z.string().max(100).optional().describe("process that has them"),
    find: z.string().max(100).optional().describe("part of a code, a game or its label"),
    locked: z.boolean().optional(),
    hidden: z.boolean().optional(),
    empty: z.boolean().optional().describe("whether nobody plays there"),
    limit: z.int().min(1).max(ROOMS_MAX).default(100),
  }),
  result: z.object({ rooms: z.array(listed), all: z.int() }),
  codes: ["SERVER_NEEDED"],
  async run({ rooms }, { game, processId, find = "", locked, hidden, empty, limit }) {
    const wanted = find.toLowerCase();
    const is = <T>(asked: T | undefined, value: T) => asked === undefined || asked === value;
    const found = (await rooms.list())
      .map(shownOf)
      .filter(
        (room) =>
          is(game, room.game) &&
          is(processId, room.processId) &&
          is(locked, room.locked) &&
          is(hidden, room.hidden) &&
          is(empty, room.players === 0) &&
          [room.roomId, room.game, room.label].some((text) => text.toLowerCase().includes(wanted)),
      )
      .sort((a, b) => b.players - a.players || (a.roomId < b.roomId ? -1 : 1));
    return { rooms: found.slice(0, limit), all: found.length };
  },
  text: ({ rooms, all }) => [
    ...rooms.map(
      ({ roomId, game, players, maxPlayers, processId, locked, hidden }) =>
        `${roomId}  ${game}  ${players}/${maxPlayers}  ${processId}${locked ? "  locked" : ""}${hidden ? "  hidden" : ""}`,
    ),
    `${all} rooms`,
  ],
});

function shownOf({ listing, ...room }: DeskRoom): z.output<typeof listed> {
  const { label = room.game, watching } = listing as {
    label?: string;
    watching?: Readonly<Record<string, number>>;
  };
  const viewers = Object.values(watching ?? {}).reduce((sum, one) => sum + one, 0);
  return { ...room, label, watching: viewers };
}

/** Shows a room at a glance. */
export const showRoom = defineOperation({
  name: "rooms.show",
  summary: "A room at a glance: its players, whether it is locked, its ticks, what it keeps",
  permission: "look",
  kind: "read",
  params: z.object({ roomId }),
  result: z.looseObject({
    roomId: z.string(),
    game: z.string(),
    label: z.string(),
    locked: z.boolean(),
    hidden: z.boolean(),
    clients: z.int(),
    maxClients: z.int(),
    openedMs: z.number(),
    players: z.int(),
    viewers: z.int(),
    faults: z.int(),
    world: z.looseObject({}).nullable(),
  }),
  codes: ["ROOM_UNKNOWN", "ROOM_SILENT", "SERVER_NEEDED"],
  run: ({ rooms }, { roomId }) => rooms.call(roomId, { ask: "overview" }),
});

const people = { params: z.object({ roomId }), result: z.object({ people: z.array(person) }) };

/** Lists who is in a room. */
export const listPlayers = defineOperation({
  name: "rooms.players",
  summary: "Who is in a room, viewers too",
  permission: "look",
  kind: "read",
  ...people,
  codes: ["ROOM_UNKNOWN", "ROOM_SILENT", "SERVER_NEEDED"],
  run: async ({ rooms }, { roomId }) => withoutOk(await rooms.call(roomId, { ask: "players" })),
  text: ({ people }) =>
    people.map(({ session, name, as, pingMs, away }) => {
      const ping = pingMs === null ? "-" : `${Math.round(pingMs)} ms`;
      return `${session}  ${name}  ${as}  ${ping}${away ? "  away" : ""}`;
    }),
});

/** Lists who is in a room, with their addresses. */
export const listAddresses = defineOperation({
  name: "rooms.addresses",
  summary: "Who is in a room, with their addresses",
  permission: "secrets",
  kind: "read",
  audited: true,
  transaction: false,
  ...people,
  codes: ["ROOM_UNKNOWN", "ROOM_SILENT", "SERVER_NEEDED"],
  run: async ({ rooms }, { roomId }) =>
    withoutOk(await rooms.call(roomId, { ask: "players", secrets: true })),
});

const part = {
  params: z.object({
    roomId,
    path: z.string().max(1_000).default("").describe("JSON pointer, such as /actors/k3Jd/hp"),
    find: z.string().max(100).default("").describe("looks for names and values instead"),
  }),
  result: z.union([
    z.object({ path: z.string(), value: z.unknown(), masked: z.int(), left: z.int() }),
    z.object({ found: z.array(z.object({ path: z.string(), value: z.string() })), isWhole: z.boolean() }),
  ]),
};

/** Shows the state of a room. */
export const readState = defineOperation({
  name: "rooms.state",
  summary: "The state of a room, or where it has a text; secrets of players are masked",
  permission: "look",
  kind: "read",
  ...part,
  codes: ["ROOM_UNKNOWN", "ROOM_SILENT", "STATE_PATH_UNKNOWN", "SERVER_NEEDED"],
  run: async ({ rooms }, { roomId, path, find }) =>
    withoutOk(await rooms.call(roomId, { ask: "state", path, find })),
});

/** Shows the state of a room with the secrets of players. */
export const readSecrets = defineOperation({
  name: "rooms.secrets",
  summary: "The state of a room with the secrets of players, such as hidden hands",
  permission: "secrets",
  kind: "read",
  audited: true,
  transaction: false,
  ...part,
  codes: ["ROOM_UNKNOWN", "ROOM_SILENT", "STATE_PATH_UNKNOWN", "SERVER_NEEDED"],
  run: async ({ rooms }, { roomId, path, find }) =>
    withoutOk(await rooms.call(roomId, { ask: "state", path, find, secrets: true })),
});

/** Shows a room's ticks, traffic and faults. */
export const readTicks = defineOperation({
  name: "rooms.ticks",
  summary: "Where the ticks of a room go, its systems, traffic, faults, and what it keeps",
  permission: "look",
  kind: "read",
  params: z.object({ roomId }),
  result: z.object({
    faults: z.record(z.string(), z.number()),
    traffic: z.object({ bytesIn: z.number(), bytesOut: z.number(), clients: z.int(), atMs: z.number() }),
    world: z.looseObject({}).nullable(),
  }),
  codes: ["ROOM_UNKNOWN", "ROOM_SILENT", "SERVER_NEEDED"],
  run: async ({ rooms }, { roomId }) => withoutOk(await rooms.call(roomId, { ask: "ticks" })),
});

export const spot = z.tuple([z.string(), z.number(), z.number(), z.number(), z.number()]);
export const who = z.record(
  z.string(),
  z.object({ kind: z.string(), name: z.string(), player: z.boolean() }),
);
/** The level from above; its version is all that is relied on. */
export const levelShape = z.looseObject({ version: z.string(), name: z.string() }).nullable();

/** Shows the world of a room from above. */
export const readPicture = defineOperation({
  name: "rooms.picture",
  summary: "The world of a room from above: the level, actors, who is who",
  permission: "look",
  kind: "read",
  params: z.object({
    roomId,
    level: z.string().max(32).default("").describe("version of the level that is known already"),
  }),
  result: z.object({
    picture: z.object({
      tick: z.int(),
      level: z.string(),
      actors: z.array(spot),
      who,
      left: z.int(),
    }),
    level: levelShape,
    tickHz: z.number(),
  }),
  codes: ["ROOM_UNKNOWN", "ROOM_SILENT", "WORLD_NONE", "SERVER_NEEDED"],
  run: async ({ rooms }, { roomId, level }) => withoutOk(await rooms.call(roomId, { ask: "picture", level })),
});

/** An act needs the room's answer, which no transaction may wait for. */
const act = { kind: "write", transaction: false } as const;
const ANSWERS = ["ROOM_UNKNOWN", "ROOM_SILENT", "SERVER_NEEDED"] as const;

/** Lets nobody into a room. */
export const lockRoom = defineOperation({
  name: "rooms.lock",
  summary: "Lets nobody into a room any more; who is in stays",
  permission: "rooms",
  ...act,
  params: z.object({ roomId }),
  result: z.object({ locked: z.boolean() }),
  codes: ANSWERS,
  run: async ({ rooms }, { roomId }) => withoutOk(await rooms.call(roomId, { ask: "lock", locked: true })),
});

/** Lets players into a room again. */
export const unlockRoom = defineOperation({
  name: "rooms.unlock",
  summary: "Lets players into a room again",
  permission: "rooms",
  ...act,
  params: z.object({ roomId }),
  result: z.object({ locked: z.boolean() }),
  codes: ANSWERS,
  run: async ({ rooms }, { roomId }) => withoutOk(await rooms.call(roomId, { ask: "lock", locked: false })),
});

/** Tells everybody in a room something. */
export const announceIn = defineOperation({
  name: "rooms.announce",
  summary: "Shows a line to everybody in a room",
  permission: "rooms",
  ...act,
  params: z.object({ roomId, text: announcement }),
  result: z.object({ told: z.int() }),
  codes: ANSWERS,
  run: async ({ rooms }, { roomId, text }) => withoutOk(await rooms.call(roomId, { ask: "announce", text })),
});

/** Removes somebody from a room. */
export const kickFrom = defineOperation({
  name: "rooms.kick",
  summary: "Removes a player or a viewer from a room, who may join again",
  permission: "sanction",
  ...act,
  params: z.object({ roomId, player: z.string().min(1).max(64).describe("session id"), reason }),
  result: z.object({ session: z.string(), name: z.string() }),
  codes: [...ANSWERS, "PLAYER_UNKNOWN"],
  async run(context, { roomId, player, reason }) {
    const { people } = await context.rooms.call<{ people: z.output<typeof person>[] }>(roomId, {
      ask: "players",
    });
    const one = people.find(({ session }) => session === player);
    if (!one) throw new RoomkeepError("PLAYER_UNKNOWN");
    context.concerns(one.account);
    return withoutOk(await context.rooms.call(roomId, { ask: "kick", player, reason }));
  },
});

/** Closes a room. */
export const closeRoom = defineOperation({
  name: "rooms.close",
  summary: "Closes a room: everybody is saved, told the reason, and goes back to the start",
  permission: "rooms",
  ...act,
  params: z.object({ roomId, reason }),
  result: z.object({ told: z.int() }),
  codes: ANSWERS,
  run: async ({ rooms }, { roomId, reason }) => withoutOk(await rooms.call(roomId, { ask: "close", reason })),
});

/** Moves a room to another process. */
export const moveRoom = defineOperation({
  name: "rooms.move",
  summary: "Opens a room anew in another process and takes its players over",
  permission: "rooms",
  ...act,
  params: z.object({ roomId }),
  result: z.object({ moving: z.int() }),
  codes: [...ANSWERS, "ROOM_STAYS"],
  run: async ({ rooms }, { roomId }) => withoutOk(await rooms.call(roomId, { ask: "move" })),
});

/** Gives a command in a room. */
export const commandIn = defineOperation({
  name: "rooms.command",
  summary: "Gives a command of a room's console, with the role of the operator",
  permission: "command",
  ...act,
  params: z.object({ roomId, line: z.string().min(1).max(COMMAND_MAX) }),
  result: z.object({ answer: z.string() }),
  codes: [...ANSWERS, "COMMAND_UNKNOWN", "COMMAND_INVALID", "ROLE_NEEDED", "ACTION_REFUSED"],
  run: async ({ rooms, by }, { roomId, line }) =>
    withoutOk(await rooms.call(roomId, { ask: "command", line, by: by.name.slice(0, 100), role: by.role })),
  text: ({ answer }) => answer.split("\n"),
});

/** A room's answer, which the route tells without a word that it is good. */
export function withoutOk<T>(answer: unknown): T {
  const { ok: _ok, ...rest } = answer as Record<string, unknown>;
  return rest as T;
}
