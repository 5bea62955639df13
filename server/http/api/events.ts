import { z } from "zod";
import type { EventPort } from "../../../rooms/internal.ts";
import { RoomkeepError } from "../../../shared/index.ts";
import type { Auth } from "../../accounts/auth.ts";
import { readEventFilter } from "../../telemetry/stored-events.ts";
import { endpoint } from "./answer.ts";

const shown = z.object({
  id: z.string(),
  at: z.string(),
  cursor: z.string(),
  game: z.string(),
  roomId: z.string(),
  zone: z.string().nullable(),
  name: z.string(),
  actor: z.string().nullable(),
  x: z.number().nullable(),
  z: z.number().nullable(),
  atMs: z.number(),
  payload: z.unknown(),
});

/** `GET /v1/admin/events`: what rooms kept, for moderators and admins. */
export function eventEndpoints(events: EventPort, auth: Pick<Auth, "current">) {
  return {
    readEvents: endpoint({
      method: "GET",
      path: "/v1/admin/events",
      summary:
        "Kept events, the newest first, by game, roomId, zone, name, actor, since, until, limit, before; for moderators",
      signedIn: true,
      codes: ["ROLE_NEEDED", "EVENT_FILTER_INVALID"],
      result: z.object({ events: z.array(shown), next: z.string().nullable() }),
      async answer({ token, query }) {
        const { role } = await auth.current(token);
        if (role === "player") throw new RoomkeepError("ROLE_NEEDED");
        const filter = readEventFilter(query);
        const found = await events.read(filter);
        return {
          events: found.map(({ id, at, cursor, game, roomId, zone, event }) => {
            const { name, actor, x, z, atMs, payload } = event;
            const where = { zone: zone ?? null, actor: actor ?? null, x: x ?? null, z: z ?? null };
            return { id, at: at.toISOString(), cursor, game, roomId, name, atMs, payload, ...where };
          }),
          next: found.length === filter.limit ? (found.at(-1)?.cursor ?? null) : null,
        };
      },
    }),
  };
}
