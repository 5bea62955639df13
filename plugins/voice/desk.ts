import { deskOperation, type PluginOperation } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";
import type { Voice } from "./voice.ts";

const room = z.string().trim().min(1).max(64).meta({ description: "code of the room" });
const reason = z.string().trim().min(1).max(500).meta({ description: "for the audit log" });

/** What operators do with voice. A person is muted by `players mute`. */
export function voiceOperations({ switches }: Voice): Record<string, PluginOperation> {
  return {
    list: deskOperation({
      summary: "Rooms in which voice is switched off",
      permission: "look",
      kind: "read",
      params: z.object({}),
      result: z.object({
        rooms: z.array(z.object({ room: z.string(), reason: z.string(), at: z.iso.datetime() })),
      }),
      async run({ db }) {
        const rows = await db.query<{ room: string; reason: string; at: Date }[]>(
          "SELECT room_id AS room, reason, at FROM voice_off ORDER BY at DESC LIMIT 1000",
        );
        return { rooms: rows.map((row) => ({ ...row, at: row.at.toISOString() })) };
      },
      text: ({ rooms }) =>
        rooms.length === 0
          ? ["Voice is off in no room."]
          : rooms.map((one) => `${one.room}  since ${one.at}  ${one.reason}`),
    }),
    off: deskOperation({
      summary: "Switch voice off in a room, within two seconds in whichever process it is",
      permission: "rooms",
      kind: "write",
      params: z.object({ room, reason }),
      result: z.object({ room: z.string(), off: z.literal(true) }),
      async run({ db, after }, params) {
        await db.query(
          `INSERT INTO voice_off (room_id, reason) VALUES ($1, $2)
           ON CONFLICT (room_id) DO UPDATE SET reason = excluded.reason, at = now()`,
          [params.room, params.reason],
        );
        after(() => switches.read());
        return { room: params.room, off: true as const };
      },
      text: ({ room: code }) => [`Voice is off in ${code}. Back: roomkeep admin voice on --room ${code}`],
    }),
    on: deskOperation({
      summary: "Let a room have voice again",
      permission: "rooms",
      kind: "write",
      params: z.object({ room, reason }),
      result: z.object({ room: z.string(), off: z.literal(false) }),
      codes: ["ROOM_UNKNOWN"],
      async run({ db, after }, params) {
        const rows = await db.query<unknown[]>(
          "WITH gone AS (DELETE FROM voice_off WHERE room_id = $1 RETURNING 1) SELECT 1 FROM gone",
          [params.room],
        );
        if (rows.length === 0) throw new RoomkeepError("ROOM_UNKNOWN", "Voice is not switched off there.");
        after(() => switches.read());
        return { room: params.room, off: false as const };
      },
      text: ({ room: code }) => [`${code} has voice again.`],
    }),
  };
}
