import type { Premises } from "../premises.ts";
import type { Answer, Ask } from "./crash-room.ts";

/** The certain answers that the bots got. */
export interface Journal {
  /** All relics that were requested. */
  readonly asked: Set<string>;
  /** Last number that a character asked to save. */
  readonly highest: Map<string, number>;
  readonly unresolved: { who: string; ask: Ask }[];
  settle(who: string, ask: Ask, answer: Answer): void;
  /** A character was loaded with this number of its last save. */
  loaded(who: string, n: number): void;
  /** Checks whether any character is stored older than was acknowledged before the check. */
  lookUp(premises: Premises): Promise<void>;
  trouble(error: unknown): void;
  tally(): Told;
}

interface Told {
  acknowledged: number;
  /** Request ids, with their character, that the ledger must hold. */
  booked: string[];
  /** Relics by their last certain state: carried, or used up. */
  held: Set<string>;
  ended: Set<string>;
  coins: number;
  saves: Map<string, number>;
  /** Characters and numbers that were acknowledged as saved and then seen older. */
  older: Set<string>;
  troubles: Record<string, number>;
}

/** Opens an empty journal. */
export function openJournal(): Journal {
  const told: Told = {
    acknowledged: 0,
    booked: [],
    held: new Set(),
    ended: new Set(),
    coins: 0,
    saves: new Map(),
    older: new Set(),
    troubles: {},
  };
  const relicOf = new Map<string, string>();
  return {
    asked: new Set(),
    highest: new Map(),
    unresolved: [],
    settle(who, ask, answer) {
      for (const { id, template } of answer.stacks ?? []) relicOf.set(id, template);
      if (!answer.ok) return;
      told.acknowledged += 1;
      if (ask.kind === "save") told.saves.set(who, ask.n);
      if (["save", "travel", "look", "hello"].includes(ask.kind)) return;
      told.booked.push(`${who}:${ask.id}`);
      if (ask.kind === "grant") told.held.add(ask.relic);
      if (ask.kind === "coins") told.coins += 5;
      if (ask.kind === "use") told.ended.add(relicOf.get(ask.item) ?? ask.item);
    },
    loaded(who, n) {
      const acknowledged = told.saves.get(who) ?? 0;
      if (n < acknowledged) told.older.add(`save ${acknowledged} of ${who} was acknowledged; ${n} was kept`);
    },
    async lookUp(premises) {
      const before = new Map(told.saves);
      for (const [who, n] of await keptSaves(premises)) {
        const acknowledged = before.get(who) ?? 0;
        if (n < acknowledged)
          told.older.add(`save ${acknowledged} of ${who} was acknowledged; ${n} was kept`);
      }
    },
    trouble(error) {
      const text = error instanceof Error ? error.message.slice(0, 60) : String(error);
      told.troubles[text] = (told.troubles[text] ?? 0) + 1;
    },
    tally: () => told,
  };
}

/** Differences between the database, the acknowledged answers and the ledger. */
export interface Tally {
  acknowledged: number;
  lost: number;
  doubled: number;
  sumsEqual: boolean;
  /** The first differences, in words. */
  findings: string[];
  unresolved: number;
}

/** Compares them. `naive`: items are in the characters' blobs, and there is no ledger. */
export async function compare(journal: Journal, premises: Premises, naive: boolean): Promise<Tally> {
  const told = journal.tally();
  const found = naive ? await blobs(premises) : await rows(premises);
  const lost: string[] = [...told.older];
  const doubled: string[] = [];
  const maybe = new Set(journal.unresolved.flatMap(({ ask }) => (ask.kind === "grant" ? [ask.relic] : [])));
  for (const relic of journal.asked) {
    const count = found.relics.get(relic) ?? 0;
    const least = told.held.has(relic) && !told.ended.has(relic) ? 1 : 0;
    const most = told.ended.has(relic) ? 0 : told.held.has(relic) || maybe.has(relic) ? 1 : 0;
    if (count < least) lost.push(`${relic} was acknowledged and is gone`);
    if (count > most) doubled.push(`${relic} is there ${count} times instead of ${most}`);
  }
  for (const [who, n] of told.saves) {
    const kept = found.saves.get(who) ?? 0;
    if (kept < n) lost.push(`save ${n} of ${who} was acknowledged; ${kept} is kept`);
  }
  const open = journal.unresolved.filter(({ ask }) => ask.kind === "coins").length * 5;
  if (found.coins < told.coins) lost.push(`${told.coins - found.coins} coins are gone`);
  if (found.coins > told.coins + open) doubled.push(`${found.coins - told.coins} coins too many`);
  if (!naive) {
    for (const id of told.booked) {
      const times = found.requests.get(id) ?? 0;
      if (times < 1) lost.push(`request ${id} was acknowledged and is not in the ledger`);
      if (times > 1) doubled.push(`request ${id} is in the ledger ${times} times`);
    }
  }
  const sumsEqual = found.balanced && lost.length === 0 && doubled.length === 0;
  return {
    acknowledged: told.acknowledged,
    lost: lost.length,
    doubled: doubled.length,
    sumsEqual,
    findings: [...lost.slice(0, 5), ...doubled.slice(0, 5), ...found.differences.slice(0, 5)],
    unresolved: journal.unresolved.length,
  };
}

interface Found {
  relics: Map<string, number>;
  coins: number;
  saves: Map<string, number>;
  requests: Map<string, number>;
  balanced: boolean;
  differences: string[];
}

const numbers = (list: { key: string; n: string | number }[]) =>
  new Map(list.map(({ key, n }) => [key, Number(n)]));

async function keptSaves({ query }: Pick<Premises, "query">): Promise<Map<string, number>> {
  return numbers(await query("SELECT id AS key, (state->'stats'->>'n')::int AS n FROM character"));
}

async function rows({ query }: Premises): Promise<Found> {
  const relics = numbers(await query("SELECT template AS key, sum(qty) AS n FROM item GROUP BY 1"));
  const saves = await keptSaves({ query });
  const requests = numbers(
    await query("SELECT request_id AS key, count(*) AS n FROM request_result GROUP BY 1"),
  );
  const [purses] = await query<{ n: string }>("SELECT COALESCE(sum(coins), 0) AS n FROM character");
  // The ledger replayed, without the program's own verification: one mistake must not hide the other.
  const differences = await query<{ account: string; item: string; booked: string; found: string }>(`
    SELECT account, item, COALESCE(booked, 0) AS booked, COALESCE(found, 0) AS found FROM
      (SELECT account, item, sum(qty) AS booked FROM ledger WHERE item IS NOT NULL AND account <> 'world'
        GROUP BY 1, 2 HAVING sum(qty) <> 0) AS b
      FULL JOIN (SELECT container AS account, template AS item, sum(qty) AS found FROM item GROUP BY 1, 2) AS f
      USING (account, item) WHERE booked IS DISTINCT FROM found`);
  const [minted] = await query<{ n: string }>(
    "SELECT COALESCE(-sum(coins), 0) AS n FROM ledger WHERE item IS NULL AND account = 'world'",
  );
  const coins = Number(purses?.n);
  return {
    relics,
    coins,
    saves,
    requests,
    balanced: differences.length === 0 && Number(minted?.n) === coins,
    differences: differences.map((row) => `${row.account}: ${row.found} ${row.item}, booked ${row.booked}`),
  };
}

async function blobs({ query }: Premises): Promise<Found> {
  const list = await query<{ id: string; stats: { n?: number; blob?: { coins: number; relics: string[] } } }>(
    "SELECT id, state->'stats' AS stats FROM character",
  );
  const relics = new Map<string, number>();
  for (const { stats } of list) {
    for (const relic of stats.blob?.relics ?? []) relics.set(relic, (relics.get(relic) ?? 0) + 1);
  }
  return {
    relics,
    coins: list.reduce((sum, { stats }) => sum + (stats.blob?.coins ?? 0), 0),
    saves: new Map(list.map(({ id, stats }) => [id, stats.n ?? 0])),
    requests: new Map(),
    balanced: true,
    differences: [],
  };
}
