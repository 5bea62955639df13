import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import pino from "pino";
import { Character, Item, LedgerLeg } from "roomkeep/entities";
import type { DataSource } from "typeorm";
import { openPremises } from "../drills/premises.ts";
import { createGuest } from "../server/accounts/guests.ts";
import { container, slotsOf } from "../server/items/containers.ts";
import { openItems } from "../server/items/items.ts";
import { verifyLedger } from "../server/items/ledger.ts";
import { openCharacters } from "../server/persistence/characters.ts";
import { type Database, IN_MEMORY, openDatabase } from "../server/storage/database.ts";
import { migrate } from "../server/storage/migrate.ts";

export const help = `npm run bench -- items [--seconds 4] [--repeats 3] [--players 16] [--json]

Item transactions a second and their p99 on the embedded database and on PostgreSQL: each player in turn is granted a
herb, moves it, drops it and has another pick it up, all players at once. Beside it, in the same run, the same work by
plain TypeORM save() in a transaction: the rows and the ledger legs, but no request id, no fence, no lock and no first
answer. Repeats are interleaved; medians are told.`;

type Way = "roomkeep" | "save()";
/** A player's work: one item transaction a call. */
type Work = () => Promise<void>;

interface Row {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** Runs the bench; see `help`. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "4" },
      repeats: { type: "string", default: "3" },
      players: { type: "string", default: "16" },
      json: { type: "boolean", default: false },
    },
  });
  const [seconds, repeats, players] = [values.seconds, values.repeats, values.players].map(Number) as [
    number,
    number,
    number,
  ];
  const premises = await openPremises();
  const log = pino({ level: "silent" });
  const databases = {
    embedded: await openDatabase({ dataDir: IN_MEMORY, log }),
    postgres: await openDatabase({ url: premises.databaseUrl, dataDir: "", log }),
  };
  const rows: Record<string, Record<Way, Row[]>> = {};
  try {
    for (const database of Object.values(databases)) await migrate(database.ds);
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const [name, database] of Object.entries(databases)) {
        rows[name] ??= { roomkeep: [], "save()": [] };
        for (const way of ["roomkeep", "save()"] as const) {
          const row = await measure(await crew(database, way, players), seconds);
          rows[name][way].push(row);
          if (!values.json) console.log(`${name} ${way} #${repeat + 1}: ${told(row)}`);
        }
      }
    }
    const differences = await verifyLedger(databases.postgres.ds);
    const medians = Object.entries(rows).map(([name, ways]) => {
      const [ours, plain] = [median(ways.roomkeep), median(ways["save()"])];
      return [name, { roomkeep: ours, "save()": plain, ratio: ours.perSecond / plain.perSecond }] as const;
    });
    const result = {
      bench: "items",
      players,
      seconds,
      repeats: rows,
      databases: Object.fromEntries(medians),
      // Of two players that take the same item at once both have it only with plain save(), which locks
      // nothing.
      ledgerDifferences: {
        roomkeep: differences.filter(({ account }) => !unlocked.has(account)).length,
        "save()": differences.filter(({ account }) => unlocked.has(account)).length,
      },
    };
    if (values.json) console.log(JSON.stringify(result));
    else
      for (const [name, { ratio }] of medians)
        console.log(`${name}: roomkeep does ${ratio.toFixed(2)} of what save() does`);
  } finally {
    for (const database of Object.values(databases)) await database.close();
    await premises.close();
  }
}

const told = ({ perSecond, p50Ms, p99Ms }: Row) =>
  `${perSecond.toFixed(0)} transactions a second, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;

/** Players in pairs: one drops an item, the other picks it up. Each pair has a zone of its own. */
async function crew(database: Database, way: Way, players: number): Promise<Work[]> {
  const pairs = Array.from({ length: Math.ceil(players / 2) }, () =>
    way === "roomkeep" ? pairOfOurs(database.ds) : pairOfPlain(database.ds),
  );
  return (await Promise.all(pairs)).flat().slice(0, players);
}

const looks = { name: "Bench", color: 0, shape: 0 };

async function pairOfOurs(ds: DataSource): Promise<Work[]> {
  const incarnation = randomUUID();
  const log = pino({ level: "silent" });
  const characters = await openCharacters(ds, { incarnation, log, requestRelease: () => {}, timers: false });
  const items = openItems(ds, { templates: { herb: { stack: 20 } }, slotsOf }, incarnation);
  const zone = randomUUID();
  const claim = async () => characters.claim((await createGuest(ds, looks)).characterId, { roomId: zone });
  const two = await Promise.all([claim(), claim()]);
  return two.map((me) => {
    let step = 0;
    return async () => {
      const id = randomUUID();
      const [herb] = await (step % 4 === 3 ? items.readIn(container.ground(zone)) : items.read(me));
      step += 1;
      if (step % 4 === 1 || !herb) await items.grant(me, id, "herb", 1, "bench");
      else if (step % 4 === 2) await items.move(me, id, { id: herb.id, to: "bag", slot: step % 20 });
      else if (step % 4 === 3) await items.drop(me, id, zone, { id: herb.id });
      else await items.pickUp(me, id, zone, herb.id);
    };
  });
}

/** Containers that plain save() wrote to. */
const unlocked = new Set<string>();

/** The same rows and legs, as an entity manager writes them: find, change, save. */
async function pairOfPlain(ds: DataSource): Promise<Work[]> {
  const ground = container.ground(randomUUID());
  const two = await Promise.all([createGuest(ds, looks), createGuest(ds, looks)]);
  return two.map(({ characterId }) => {
    const bag = container.bag(characterId);
    unlocked.add(bag).add(ground);
    let step = 0;
    return async () => {
      await ds
        .transaction(async (db) => {
          await db.findOneByOrFail(Character, { id: characterId });
          const there = await db.findBy(Item, { container: step % 4 === 3 ? ground : bag });
          const herb = there[0];
          step += 1;
          const free = async (name: string) => {
            const taken = new Set((await db.findBy(Item, { container: name })).map(({ slot }) => slot));
            return Array.from({ length: 5_000 }, (_, slot) => slot).find((slot) => !taken.has(slot)) ?? 0;
          };
          const requestId = randomUUID();
          const legs = (from: string, to: string) =>
            db.save(
              LedgerLeg,
              [from, to].map((account, leg) => ({
                ...{ requestId, leg, account, item: "herb", qty: leg ? 1 : -1 },
                ...{ coins: "0", reason: "bench", epoch: 0 },
              })),
            );
          if (step % 4 === 1 || !herb) {
            await db.save(Item, {
              id: randomUUID(),
              template: "herb",
              container: bag,
              slot: await free(bag),
              qty: 1,
            });
            await legs("world", bag);
          } else if (step % 4 === 2) {
            herb.slot = await free(bag);
            await db.save(herb);
          } else {
            const [from, to] = step % 4 === 3 ? [bag, ground] : [ground, bag];
            [herb.container, herb.slot] = [to, await free(to)];
            await db.save(herb);
            await legs(from, to);
          }
        })
        .catch(() => {}); // two who take the same thing: nobody locks it here
    };
  });
}

async function measure(work: readonly Work[], seconds: number): Promise<Row> {
  for (const one of work) for (let n = 0; n < 4; n++) await one();
  const times: number[] = [];
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  await Promise.all(
    work.map(async (one) => {
      while (performance.now() < until) {
        const at = performance.now();
        await one();
        times.push(performance.now() - at);
      }
    }),
  );
  const elapsedS = (performance.now() - startedAt) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { perSecond: times.length / elapsedS, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function median(rows: readonly Row[]): Row {
  const sorted = [...rows].sort((a, b) => a.perSecond - b.perSecond);
  return sorted[Math.floor(sorted.length / 2)] as Row;
}
