import { z } from "zod";
import { RoomkeepError } from "../../../shared/index.ts";
import { type KeptRow, listKept, readKept } from "../../telemetry/recording-rows.ts";
import { defineOperation, type OperationContext } from "../operation.ts";
import { levelShape, roomId, spot, who, withoutOk } from "./rooms.ts";

const recording = z.string().max(64).describe("id of a kept recording");
const tick = z.int().min(0);
const scrub = z.string().max(64).describe("as recordings.scrub has answered it");
const span = z.object({
  fromTick: z.int(),
  toTick: z.int(),
  tickHz: z.number(),
  everyTicks: z.int(),
  endedMs: z.number(),
});
const frames = z.object({
  frames: z.array(z.object({ tick: z.int(), actors: z.array(spot) })),
  who,
  done: z.boolean(),
  nextTick: z.int(),
  exact: z.boolean().nullable(),
});
const path = z.object({
  points: z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])),
});
const kept = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  roomId: z.string(),
  game: z.string(),
  fromTick: z.int(),
  toTick: z.int(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  reason: z.string(),
  by: z.string(),
  about: z.string(),
  version: z.string(),
  bytes: z.int(),
});
const LIVE = ["ROOM_UNKNOWN", "ROOM_SILENT", "SERVER_NEEDED", "WORLD_NONE", "SCRUB_UNKNOWN"] as const;
const KEPT = ["RECORDING_UNKNOWN", "SNAPSHOT_CORRUPT", "REPLAY_NONE", "SERVER_NEEDED"] as const;

const shownOf = ({ at, from, to, ...row }: KeptRow): z.output<typeof kept> => ({
  ...row,
  at: at.toISOString(),
  from: from.toISOString(),
  to: to.toISOString(),
});

/** Opens the last seconds of a room. */
export const scrubRoom = defineOperation({
  name: "recordings.scrub",
  summary: "Opens the last seconds of a room to be looked at, as they are now",
  permission: "recordings",
  kind: "read",
  params: z.object({ roomId, level: z.string().max(32).default("") }),
  result: span.extend({ scrub: z.string(), level: levelShape }),
  codes: [...LIVE, "REPLAY_NONE"],
  run: async ({ rooms }, { roomId, level }) =>
    withoutOk(await rooms.call(roomId, { ask: "scrub.open", level })),
});

/** Pictures of the last seconds of a room. */
export const scrubFrames = defineOperation({
  name: "recordings.frames",
  summary: "Pictures of a room's last seconds, ten a second, from a tick to another",
  permission: "recordings",
  kind: "read",
  params: z.object({ roomId, scrub, fromTick: tick, toTick: tick }),
  result: frames,
  codes: LIVE,
  run: async ({ rooms }, { roomId, ...asked }) =>
    withoutOk(await rooms.call(roomId, { ask: "scrub.frames", ...asked })),
});

/** The way of a player in the last seconds of a room. */
export const scrubPath = defineOperation({
  name: "recordings.path",
  summary: "Where a player was in a room's last seconds: tick, x, z, heading",
  permission: "recordings",
  kind: "read",
  params: z.object({ roomId, scrub, player: z.string().min(1).max(64).describe("session id") }),
  result: path,
  codes: [...LIVE, "PLAYER_UNKNOWN", "SCRUB_BUSY"],
  run: async ({ rooms }, { roomId, scrub, player }) =>
    withoutOk(await rooms.call(roomId, { ask: "scrub.path", scrub, player })),
});

/** Writes down the last seconds of a room. */
export const keepRoom = defineOperation({
  name: "recordings.keep",
  summary: "Writes down the last seconds of a room, with a reason",
  permission: "recordings",
  kind: "write",
  transaction: false,
  params: z.object({ roomId, reason: z.string().trim().min(1).max(500) }),
  result: z.object({
    id: z.string(),
    fromTick: z.int(),
    toTick: z.int(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    seconds: z.number(),
    bytes: z.int(),
  }),
  codes: [...LIVE, "REPLAY_NONE", "DATABASE_UNAVAILABLE"],
  run: async ({ rooms, by }, { roomId, reason }) =>
    withoutOk(await rooms.call(roomId, { ask: "keep", reason, by: by.name.slice(0, 100) })),
  text: ({ id, seconds, bytes }) => [`${id}: ${seconds.toFixed(1)} s, ${bytes} bytes`],
});

/** Lists kept recordings. */
export const listRecordings = defineOperation({
  name: "recordings.list",
  summary: "Kept recordings, the newest first",
  permission: "recordings",
  kind: "read",
  params: z.object({
    game: z.string().max(100).optional(),
    roomId: roomId.optional(),
    about: z.string().max(100).optional().describe("what it belongs to, such as report:…"),
    player: z.uuid().optional().describe("account that was in it"),
    before: z.iso.datetime().optional().describe("`at` of the last one of the page before"),
    limit: z.int().min(1).max(1_000).default(50),
  }),
  result: z.object({ recordings: z.array(kept) }),
  async run({ db }, { player: account, before, ...filter }) {
    const rows = await listKept(db, {
      ...filter,
      account,
      before: before === undefined ? undefined : new Date(before),
    });
    return { recordings: rows.map(shownOf) };
  },
  text: ({ recordings }) =>
    recordings.length === 0
      ? ["Nothing is kept."]
      : recordings.map(
          ({ id, at, game, roomId, reason, by, bytes }) =>
            `${id}  ${at}  ${game} ${roomId}  ${bytes} bytes  ${by}: ${reason}`,
        ),
});

/** Gives a kept recording out. */
export const getRecording = defineOperation({
  name: "recordings.get",
  summary: "A kept recording with its lines, as gzip in base64",
  permission: "recordings",
  kind: "read",
  audited: true,
  params: z.object({ recording }),
  result: kept.extend({ gzip: z.base64() }),
  codes: ["RECORDING_UNKNOWN"],
  async run({ db }, { recording }) {
    const { gzip, ...row } = await readKept(db, recording);
    return { ...shownOf(row), gzip: gzip.toString("base64") };
  },
});

/** Opens a kept recording. */
export const openRecording = defineOperation({
  name: "recordings.open",
  summary: "Opens a kept recording to be looked at",
  permission: "recordings",
  kind: "read",
  params: z.object({ recording }),
  result: span.extend({ level: levelShape, warnings: z.array(z.string()) }),
  codes: KEPT,
  async run(context, { recording }) {
    const { scrub, warnings } = await opened(context, recording);
    return {
      ...scrub.span,
      level: changeable<z.output<typeof levelShape>>((await scrub.level()) ?? null),
      warnings: [...warnings],
    };
  },
});

/** Pictures of a kept recording. */
export const recordedFrames = defineOperation({
  name: "recordings.recorded-frames",
  summary: "Pictures of a kept recording, ten a second, from a tick to another",
  permission: "recordings",
  kind: "read",
  params: z.object({ recording, fromTick: tick, toTick: tick }),
  result: frames,
  codes: KEPT,
  async run(context, { recording, fromTick, toTick }) {
    return changeable(await (await opened(context, recording)).scrub.frames(fromTick, toTick));
  },
});

/** The way of a player in a kept recording. */
export const recordedPath = defineOperation({
  name: "recordings.recorded-path",
  summary: "Where a player was in a kept recording: tick, x, z, heading",
  permission: "recordings",
  kind: "read",
  params: z.object({ recording, player: z.string().min(1).max(64) }),
  result: path,
  codes: [...KEPT, "PLAYER_UNKNOWN", "SCRUB_BUSY"],
  async run(context, { recording, player }) {
    const way = await (await opened(context, recording)).scrub.path(player);
    if ("code" in way) throw new RoomkeepError(way.code, way.reason);
    return changeable(way);
  },
});

/** Runs a kept recording again and compares it. */
export const verifyRecording = defineOperation({
  name: "recordings.verify",
  summary: "Runs a kept recording again and compares its hashes",
  permission: "recordings",
  kind: "read",
  params: z.object({ recording }),
  result: z.object({ exact: z.boolean(), ticks: z.int(), warnings: z.array(z.string()) }),
  codes: KEPT,
  async run(context, { recording }) {
    const { scrub, warnings } = await opened(context, recording);
    const { fromTick, toTick } = scrub.span;
    let next = fromTick;
    let exact = true;
    for (let isDone = false; !isDone; ) {
      const part = await scrub.frames(next, toTick);
      exact &&= part.exact !== false;
      next = part.nextTick;
      isDone = part.done;
    }
    return { exact, ticks: toTick - fromTick, warnings: [...warnings] };
  },
  text: ({ exact, ticks, warnings }) => [
    `${ticks} ticks: ${exact ? "as they were" : "NOT as they were"}`,
    ...warnings,
  ],
});

function opened({ services, db }: OperationContext, id: string) {
  if (!services) throw new RoomkeepError("SERVER_NEEDED");
  return services.kept.scrubs.open(db, id);
}

/** The same, in the types of a result. */
const changeable = <T>(value: unknown): T => value as T;
