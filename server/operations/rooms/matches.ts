import { z } from "zod";
import { listAsideMatches, restoreMatch, setMatchAside } from "../../persistence/match-quarantine.ts";
import { defineOperation } from "../operation.ts";
import { REASON_MAX } from "./zones.ts";

const asideMatch = z.object({
  id: z.string(),
  code: z.string(),
  game: z.string(),
  version: z.int(),
  savedAt: z.iso.datetime(),
  bytes: z.int(),
});

/** Lists the matches that were set aside. */
export const listMatchesAside = defineOperation({
  name: "matches.list",
  summary: "The lasting matches that were set aside, the last saved first",
  permission: "look",
  kind: "read",
  params: z.object({}),
  result: z.object({ matches: z.array(asideMatch) }),
  async run({ db }) {
    const rows = await listAsideMatches(db);
    return { matches: rows.map(({ savedAt, ...row }) => ({ ...row, savedAt: savedAt.toISOString() })) };
  },
  text: ({ matches }) => (matches.length === 0 ? ["Nothing is set aside."] : matches.map(sentenceOf)),
});

/** Makes a match that was set aside one that its players can open again. */
export const restoreAsideMatch = defineOperation({
  name: "matches.restore",
  summary: "Make a match that was set aside one that its players can open again",
  permission: "rooms",
  kind: "write",
  params: z.object({ id: z.string().meta({ description: "under which it was set aside" }) }),
  result: z.object({
    restored: z.string(),
    code: z.string(),
    aside: z.string().optional().meta({ description: "what had its code meanwhile" }),
  }),
  codes: ["ROOM_UNKNOWN", "ROOM_OPEN"],
  async run({ db }, { id }) {
    return { restored: id, ...(await restoreMatch(db, id)) };
  },
  text: ({ code, aside }) => {
    const since = aside ? ` The match that had its code is set aside as ${aside}.` : "";
    return [`The match ${code} can be opened again.${since}`];
  },
});

/** Sets a match aside: its code leads nowhere any more. */
export const setAsideMatch = defineOperation({
  name: "matches.set-aside",
  summary: "Set a lasting match aside: its code leads nowhere any more",
  permission: "rooms",
  kind: "write",
  params: z.object({ code: z.string().max(20), reason: z.string().max(REASON_MAX) }),
  result: z.object({ code: z.string(), aside: z.string() }),
  codes: ["ROOM_UNKNOWN", "ROOM_OPEN"],
  async run({ db }, { code }) {
    return { code, aside: await setMatchAside(db, code) };
  },
  text: ({ code, aside }) => [
    `The match ${code} is set aside. Back: roomkeep matches quarantine restore ${aside}`,
  ],
});

function sentenceOf({ id, code, game, version, savedAt, bytes }: z.output<typeof asideMatch>): string {
  return `${id}  ${code} ${game} version ${version}  saved ${savedAt}  ${bytes} bytes`;
}
