import type { DataSource } from "typeorm";
import { z } from "zod";
import { CHEAT_ACTIONS } from "../../../rooms/internal.ts";
import { route } from "../../plugins/index.ts";
import type { RouteGuard } from "../../plugins/route.ts";
import { readCheatFlags } from "../../telemetry/cheat-flags.ts";

/** Flags in one answer. */
const LAST = 100;

const cheatFlag = z.object({
  id: z.uuid(),
  at: z.iso.datetime(),
  account: z.uuid(),
  character: z.uuid(),
  game: z.string(),
  roomId: z.string(),
  score: z.number(),
  action: z.enum(CHEAT_ACTIONS),
  signals: z.record(z.string(), z.number()).meta({ description: "Points by signal, the greatest first." }),
  inputs: z
    .array(z.tuple([z.int(), z.int(), z.int(), z.int()]))
    .meta({ description: "The last input frames, oldest first: tick, moveX, moveZ, buttons." }),
});

/** `GET /v1/cheat-flags`: the players whom the cheat detection suspects, for moderators. */
export function cheatFlagEndpoints(ds: DataSource, guard: RouteGuard) {
  const listCheatFlags = route({
    method: "GET",
    path: "/v1/cheat-flags",
    summary: `The last ${LAST} players suspected of cheating, newest first; on the command line: roomkeep flags`,
    role: "moderator",
    result: z.object({ flags: z.array(cheatFlag) }),
    async answer() {
      const rows = await readCheatFlags(ds, LAST);
      return {
        flags: rows.map((row) => ({ ...row, inputs: [...row.inputs] as never, at: row.at.toISOString() })),
      };
    },
  });
  return { listCheatFlags: listCheatFlags.open("listCheatFlags", guard) };
}
