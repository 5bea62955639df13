import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { type Friends, friends } from "../../../plugins/friends/index.ts";
import { friendTables } from "../../../plugins/friends/migration.ts";
import { groups, type OpenGroups } from "../../../plugins/groups/index.ts";
import { groupBans } from "../../../plugins/groups/membership/bans.ts";
import { groupTables } from "../../../plugins/groups/migration.ts";
import { createGuest } from "../../../server/accounts/guests.ts";
import { container, slotsOf } from "../../../server/items/containers.ts";
import { bookWithin } from "../../../server/items/ledger.ts";
import { openPluginsOn } from "../plugin-host.ts";

const templates = { herb: { stack: 20 }, sword: { stack: 1 } };

/** Makes the tables of both plugins. */
export async function migrateGroups(ds: DataSource): Promise<void> {
  await friendTables.up(ds);
  await groupTables.up(ds);
  await groupBans.up(ds);
}

/** Opens the plugin on a database as a process does. */
export async function openGroupsOn(
  ds: DataSource,
  settings: Parameters<typeof groups.with>[0] = {},
  { withFriends = true } = {},
): Promise<{ api: OpenGroups; friends: Friends; close(): Promise<unknown> }> {
  const own = groups.with({ requestsPerMinute: 1_000, createsPerDay: 1_000, ...settings });
  const plugins = [own, ...(withFriends ? [friends] : [])];
  const { open, close } = await openPluginsOn(ds, { plugins, templates });
  return {
    api: open.api(groups),
    friends: withFriends ? open.api(friends) : (undefined as never),
    close,
  };
}

/** An account with a character. */
export interface Person {
  readonly id: string;
  readonly characterId: string;
}

/** Makes accounts. */
export async function people(ds: DataSource, count: number): Promise<Person[]> {
  const all: Person[] = [];
  for (let n = 0; n < count; n++) {
    const made = await createGuest(ds, { name: `Guest ${n}`, color: 0, shape: 0 });
    all.push({ id: made.accountId, characterId: made.characterId });
  }
  return all;
}

/** Gives a character coins, and items into its bag, by the ledger. */
export async function give(
  ds: DataSource,
  { characterId }: Person,
  coins: number,
  items: Record<string, number> = {},
): Promise<void> {
  const bag = container.bag(characterId);
  await ds.transaction((db) =>
    bookWithin(
      db,
      { templates, slotsOf },
      {
        requestId: randomUUID(),
        by: [{ characterId, owner: null, epoch: null }],
        payload: [],
        reason: "gift",
        containers: [bag],
        change: (inventory) => {
          if (coins > 0) inventory.pay(null, characterId, coins);
          for (const [template, qty] of Object.entries(items)) inventory.mint(bag, template, qty);
          return null;
        },
      },
    ),
  );
}

/** Coins and items that a character has, bag and mail together. */
export async function held(ds: DataSource, { characterId }: Person) {
  const [{ coins }] = await ds.query("SELECT coins FROM character WHERE id = $1", [characterId]);
  const items = await ds.query<{ template: string; n: number }[]>(
    "SELECT template, sum(qty)::int AS n FROM item WHERE container LIKE $1 GROUP BY 1 ORDER BY 1",
    [`%${characterId}`],
  );
  return { coins: Number(coins), items: Object.fromEntries(items.map(({ template, n }) => [template, n])) };
}

/** The code of a refusal, or "done". */
export const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: { code?: string }) => error.code ?? String(error),
  );

let named = 0;
/** Looks of a group whose name no other one has. */
export const looks = (more: object = {}) => {
  named++;
  return { name: `Group ${named}`, tag: null, text: "", access: "request" as const, ...more };
};
