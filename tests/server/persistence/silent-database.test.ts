import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renewRows } from "../../../server/persistence/character-rows.ts";
import { openLeases, RENEW_MS, SELF_FENCE_MS, TURN_MS } from "../../../server/persistence/leases.ts";
import { type Database, openDatabase } from "../../../server/storage/database.ts";
import { migrate } from "../../../server/storage/migrate.ts";
import { handClock, newGuest, openIncarnation } from "../../helpers/characters.ts";
import { type CuttableProxy, openProxy } from "../../helpers/cuttable-proxy.ts";
import { missingPostgres, newPostgresDatabase, testLog } from "../../helpers/databases.ts";

/** Longest silence, ms, that costs nobody the lease, at whatever moment it begins: docs/durability.md. */
const BORNE_MS = 7_000;

describe.skipIf(missingPostgres !== null && process.env.CI !== "true")("while the database is silent", () => {
  let made: Awaited<ReturnType<typeof newPostgresDatabase>>;
  let line: CuttableProxy;
  let database: Database;
  beforeAll(async () => {
    made = await newPostgresDatabase();
    const url = new URL(made.url);
    line = await openProxy(Number(url.port || 5432));
    url.hostname = "127.0.0.1";
    url.port = String(line.port);
    // Two connections: the renewals that wait for an answer take them all, and the later ones queue.
    database = await openDatabase({ url: url.href, dataDir: "", log: testLog, poolSize: 2 });
    await migrate(database.ds);
  });
  afterAll(async () => {
    line.speak();
    await database.close();
    await line.close();
    await made.close();
  });

  /** A lease whose process has a clock that the test moves. */
  async function leased() {
    const clock = handClock();
    const { characterId: id } = await newGuest(database.ds);
    const incarnation = `hears-${id}`;
    const own = await openIncarnation(database.ds, { incarnation });
    const { epoch } = await own.claim(id, { roomId: "plaza-1" });
    const asked = new Set<Promise<unknown>>();
    const leases = openLeases(database.ds, {
      incarnation,
      log: testLog,
      now: clock.now,
      timers: false,
      renewRows(...args) {
        const answer = renewRows(...args);
        const settled: Promise<unknown> = answer.catch(() => {}).finally(() => asked.delete(settled));
        asked.add(settled);
        return answer;
      },
    });
    const fenced: string[] = [];
    leases.onLost((which) => fenced.push(which));
    leases.hold(id, epoch, clock.now());
    const pass = async (ms: number) => {
      for (let left = ms; left > 0; left -= TURN_MS) {
        clock.advance(TURN_MS);
        leases.turn();
        await clock.wait(0);
      }
    };
    const answers = async () => {
      while (asked.size > 0) await Promise.all(asked);
      await clock.wait(0);
    };
    return { id, fenced, pass, answers, asked, close: () => own.close() };
  }

  test.each([0, 500, 1_000, 1_250])(
    `a silence of ${BORNE_MS} ms that begins %i ms after a renewal costs nobody the lease`,
    async (phaseMs) => {
      const { fenced, pass, answers, asked, close } = await leased();
      await pass(RENEW_MS);
      await answers();
      await pass(phaseMs);
      await answers();
      line.hush();
      await pass(BORNE_MS);
      expect(asked.size).toBeGreaterThan(2);
      expect(fenced).toEqual([]);
      line.speak();
      await answers();
      // The answers count from when they were asked for: time goes on, and the lease is renewed as ever.
      await pass(RENEW_MS);
      await answers();
      await pass(RENEW_MS);
      expect(fenced).toEqual([]);
      await close();
    },
  );

  test("a longer one ends it here before anybody else may claim, and no late answer brings it back", async () => {
    const { id, fenced, pass, answers, close } = await leased();
    await pass(RENEW_MS);
    await answers();
    line.hush();
    await pass(SELF_FENCE_MS);
    expect(fenced).toEqual([id]);
    line.speak();
    await answers();
    await pass(RENEW_MS);
    expect(fenced).toEqual([id]);
    await close();
  });
});
