import { deskOperation, type PluginOperation } from "roomkeep/server";
import { z } from "zod";
import type { Tournaments } from "./api.ts";
import type { ShownSide } from "./rows/reading.ts";
import { entrant, match, shown } from "./shapes.ts";

const tournament = z.uuid().meta({ description: "id of the tournament" });
const reason = z.string().trim().min(1).max(500).meta({ description: "for the audit log" });
const account = z.uuid().nullable();

/** What operators do with tournaments. */
export function tournamentOperations(tournaments: Tournaments): Record<string, PluginOperation> {
  const { within } = tournaments;
  return {
    list: deskOperation({
      summary: "Tournaments that are to come or run, and the last that ended",
      permission: "look",
      kind: "read",
      params: z.object({}),
      result: z.object({ tournaments: z.array(shown) }),
      run: async () => ({ tournaments: (await tournaments.list(null)) as z.output<typeof shown>[] }),
      text: ({ tournaments: all }) =>
        all.map(
          (one) =>
            `${one.id}  ${one.label}  ${one.state}  starts ${one.startsAt}  ${one.entrants} of ${one.most}${one.why === null ? "" : `  ${one.why}`}`,
        ),
    }),
    entries: deskOperation({
      summary: "Who is in a tournament, the best first, and what became of prizes and fees",
      permission: "look",
      kind: "read",
      params: z.object({ tournament }),
      result: z.object({ entries: z.array(entrant.omit({ mine: true }).extend({ account })) }),
      codes: ["TOURNAMENT_UNKNOWN"],
      async run(_context, { tournament: id }) {
        await tournaments.read(id, null);
        return { entries: await tournaments.entrants(id) };
      },
      text: ({ entries }) =>
        entries.map((one) => {
          const owed = one.owed === null ? "" : `  ${one.owed}${one.isPaid ? " paid" : " not paid"}`;
          return `${one.rank ?? "-"}  ${one.name ?? "(deleted)"}  ${one.score ?? "-"}  ${one.account ?? "-"}${owed}`;
        }),
    }),
    matches: deskOperation({
      summary: "The matches of a bracket",
      permission: "look",
      kind: "read",
      params: z.object({ tournament }),
      result: z.object({
        matches: z.array(
          match.extend({
            a: z.object({ account, name: z.string().nullable(), seed: z.int() }).nullable(),
            b: z.object({ account, name: z.string().nullable(), seed: z.int() }).nullable(),
          }),
        ),
      }),
      codes: ["TOURNAMENT_UNKNOWN"],
      async run(_context, { tournament: id }) {
        const side = (one: ShownSide | null) =>
          one && { account: one.account, name: one.name, seed: one.seed };
        const matches = await tournaments.bracket(id);
        return { matches: matches.map(({ a, b, ...rest }) => ({ ...rest, a: side(a), b: side(b) })) };
      },
      text: ({ matches }) =>
        matches.map((one) => {
          const [a, b] = [one.a, one.b].map((side) => side?.name ?? side?.account ?? "-");
          const won = one.winner === null ? "" : `  ${one.winner === "a" ? a : b} (${one.end})`;
          return `round ${one.round} slot ${one.slot}  ${a} : ${b}  ${one.state}${won}`;
        }),
    }),
    create: deskOperation({
      summary: "Announce a tournament of a cup",
      permission: "items",
      kind: "write",
      params: z.object({
        cup: z.string().max(64).meta({ description: "name of the cup" }),
        starts: z.iso.datetime().meta({ description: "in UTC" }),
        label: z.string().trim().min(1).max(60).optional().meta({ description: "instead of the cup's" }),
        reason,
      }),
      result: z.object({ tournament: z.uuid() }),
      codes: ["TOURNAMENT_INVALID"],
      run: async ({ db }, { cup, starts, label }) => ({
        tournament: await within.create(db, cup, { startsMs: Date.parse(starts), label }),
      }),
      text: ({ tournament: id }) => [`It is announced: ${id}`],
    }),
    open: deskOperation({
      summary: "Open the registration of a tournament now",
      permission: "items",
      kind: "write",
      params: z.object({ tournament, reason }),
      result: z.object({ opened: z.literal(true) }),
      codes: ["TOURNAMENT_UNKNOWN", "TOURNAMENT_CLOSED"],
      async run({ db }, { tournament: id }) {
        await within.open(db, id);
        return { opened: true as const };
      },
      text: () => ["The registration is open."],
    }),
    cancel: deskOperation({
      summary: "Cancel a tournament: each entrant gets the fee back within seconds",
      permission: "items",
      kind: "write",
      params: z.object({
        tournament,
        why: z.string().trim().min(1).max(100).meta({ description: "for players" }),
        reason,
      }),
      result: z.object({ cancelled: z.literal(true) }),
      codes: ["TOURNAMENT_UNKNOWN", "TOURNAMENT_OVER"],
      async run({ db, after }, { tournament: id, why }) {
        await within.cancel(db, id, why);
        after(() => tournaments.changed(id));
        return { cancelled: true as const };
      },
      text: () => ["It is cancelled."],
    }),
    decide: deskOperation({
      summary: "Decide a match instead of its room",
      permission: "items",
      kind: "write",
      params: z.object({
        tournament,
        round: z.int().min(1).max(10),
        slot: z.int().min(0).max(1_000),
        winner: z.uuid().meta({ description: "account of the winner" }),
        reason,
      }),
      result: z.object({ decided: z.literal(true) }),
      codes: [
        "TOURNAMENT_UNKNOWN",
        "TOURNAMENT_MATCH_UNKNOWN",
        "TOURNAMENT_MATCH_OVER",
        "TOURNAMENT_STRANGER",
      ],
      async run({ db, after, concerns }, { tournament: id, round, slot, winner }) {
        concerns(winner);
        await within.decide(db, id, { round, slot, account: winner });
        after(() => tournaments.changed(id));
        return { decided: true as const };
      },
      text: () => ["It is decided."],
    }),
  };
}
