import { LocalDriver, LocalPresence, matchMaker } from "@colyseus/core";
import type { DataSource } from "typeorm";
import { matchmaking } from "../../../plugins/matchmaking/index.ts";
import { notifications } from "../../../plugins/notifications/index.ts";
import { type Cup, defineCup, tournaments } from "../../../plugins/tournaments/index.ts";
import { give, type Person, people } from "../groups/groups-of.ts";
import { openPluginsOn } from "../plugin-host.ts";

const templates = { herb: { stack: 20 }, sword: { stack: 1 } };
const half = { ranks: [1, 1] as [number, number], share: 50 };
const rest = { ranks: [2, 2] as [number, number], share: 30 };

/** Cups of the tests. No server here has the game, so that no room opens. */
export const CUPS: Cup[] = [
  defineCup("laps", {
    game: "nowhere",
    score: { tries: 3, keep: "best", order: "low", minutes: 60 },
    entrants: [2, 4],
    fee: { coins: 10, items: [{ template: "herb", qty: 1 }] },
    prizes: [half, rest, { ranks: [1, 1], coins: 100, items: [{ template: "sword", qty: 1 }] }],
  }),
  defineCup("free", { game: "nowhere", score: { tries: 2, keep: "sum" } }),
  defineCup("duel", {
    game: "nowhere",
    bracket: { checkInS: 60, third: true, reopens: 1 },
    fee: { coins: 10 },
    prizes: [half, rest],
  }),
];

/** Makes the tables of the plugins. */
export async function migrateTournaments(ds: DataSource): Promise<void> {
  for (const { migrations = [] } of [notifications, matchmaking, tournaments])
    for (const step of migrations) await step.up(ds);
}

let ready: Promise<unknown> | undefined;

/** Opens the plugin on a database as a process does. Its rounds run when the test says so. */
export async function openTournamentsOn(ds: DataSource, cups = CUPS) {
  // Nobody is in a room here; where people are is asked all the same.
  ready ??= matchMaker.setup(new LocalPresence(), new LocalDriver());
  await ready;
  const plugins = [tournaments.with({ cups, checkS: 3_600 }), notifications, matchmaking];
  const { open, registry, close } = await openPluginsOn(ds, { plugins, templates });
  return {
    ...{ api: open.api(tournaments), notes: open.api(notifications), registry, close },
    retention: open.retention,
  };
}

/** Makes accounts, each with 100 coins and two herbs. */
export async function entrants(ds: DataSource, count: number): Promise<Person[]> {
  const all = await people(ds, count);
  for (const one of all) await give(ds, one, 100, { herb: 2 });
  return all;
}

/** A player as rooms have it. */
export const playerOf = ({ id, characterId }: Person) =>
  ({ claim: { sheet: { id: characterId, accountId: id } } }) as never;
