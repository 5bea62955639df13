import { beforeAll, describe, expect, test } from "vitest";
import { CLAIM_WAIT_MS } from "../../../rooms/ports/ports.ts";
import { renewRows } from "../../../server/persistence/character-rows.ts";
import type { Holder } from "../../../server/persistence/characters.ts";
import { openLeases, RENEW_MS, SELF_FENCE_MS, TURN_MS } from "../../../server/persistence/leases.ts";
import type { Database } from "../../../server/storage/database.ts";
import {
  expireLease,
  handClock,
  newGuest,
  openIncarnation,
  rowOf,
  stateAt,
} from "../../helpers/characters.ts";
import { describeOnEachDatabase, testLog } from "../../helpers/databases.ts";

const plaza = { roomId: "plaza-1" };
const cave = { roomId: "cave-1" };

const leaseOf = async (ds: Database["ds"], id: string): Promise<{ live: boolean }> =>
  (await ds.query("SELECT lease_until > now() AS live FROM character WHERE id = $1", [id]))[0];

describeOnEachDatabase("a lease", (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  /** Two processes and a character; waiting costs the second process no real time. */
  async function twoProcesses() {
    const { ds } = database;
    const clock = handClock();
    const { characterId: id } = await newGuest(ds);
    const first = await openIncarnation(ds);
    const second = await openIncarnation(ds, { now: clock.now, wait: clock.wait });
    return { ds, id, first, second, clock };
  }

  describe("claiming", () => {
    test("loads the character in the same statement", async () => {
      const { first, id } = await twoProcesses();
      const claim = await first.claim(id, plaza);
      expect(claim).toMatchObject({
        epoch: 1,
        version: 0,
        sheet: { id, name: "Ada", color: 1, shape: 2, coins: 0, state: { v: 1, places: {}, stats: {} } },
      });
    });

    test("excludes everybody else, who is told where it is live, and wrote nothing", async () => {
      const { ds, first, second, id, clock } = await twoProcesses();
      const claim = await first.claim(id, plaza);
      const before = await rowOf(ds, id);
      await expect(second.claim(id, cave)).rejects.toMatchObject({
        code: "CHARACTER_CLAIMED",
        message: expect.stringContaining("plaza-1"),
      });
      expect(clock.now()).toBeGreaterThanOrEqual(CLAIM_WAIT_MS);
      expect(await rowOf(ds, id)).toEqual(before);
      expect(await first.save(claim, stateAt(1))).toBe("saved");
    });

    test("of twenty at the same moment, one gets it", async () => {
      const { ds, id } = await twoProcesses();
      const clock = handClock();
      const racers = await Promise.all(
        Array.from({ length: 20 }, () => openIncarnation(ds, { now: clock.now, wait: clock.wait })),
      );
      const outcomes = await Promise.allSettled(racers.map((racer) => racer.claim(id, plaza)));
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect((await rowOf(ds, id)).epoch).toBe(1);
    });

    test("an unknown character is refused at once", async () => {
      const { first } = await twoProcesses();
      await expect(first.claim("00000000-0000-4000-8000-000000000000", plaza)).rejects.toMatchObject({
        code: "CHARACTER_MISSING",
      });
    });

    test("a state that cannot be read stays as it is, and nobody holds the character", async () => {
      const { ds, first, id } = await twoProcesses();
      await ds.query(`UPDATE character SET state = '{"v": 99}' WHERE id = $1`, [id]);
      await expect(first.claim(id, plaza)).rejects.toMatchObject({ code: "STATE_INVALID" });
      expect(await rowOf(ds, id)).toMatchObject({ state: { v: 99 }, owner: null, version: 0 });
    });

    test("a character on its way to another room cannot be claimed by the way, until its transfer has run out", async () => {
      const { ds, second, id } = await twoProcesses();
      await ds.query(
        "UPDATE character SET transfer_nonce = 'n', transfer_until = now() + interval '10 s' WHERE id = $1",
        [id],
      );
      await expect(second.claim(id, cave)).rejects.toMatchObject({ code: "CHARACTER_CLAIMED" });
      await ds.query("UPDATE character SET transfer_until = now() - interval '1 ms' WHERE id = $1", [id]);
      expect((await second.claim(id, cave)).epoch).toBe(1);
    });
  });

  describe("the newest login wins", () => {
    test("the holder is asked, saves, and its last state is what the next one loads", async () => {
      const { ds, id, first } = await twoProcesses();
      const claim = await first.claim(id, plaza);
      const asked: Holder[] = [];
      const newest = await openIncarnation(ds, {
        requestRelease: async (holder) => {
          asked.push(holder);
          await first.release(claim, stateAt(7));
        },
      });
      const taken = await newest.claim(id, cave);
      expect(asked).toEqual([expect.objectContaining({ characterId: id, roomId: "plaza-1", epoch: 1 })]);
      expect(taken.sheet.state).toEqual(stateAt(7));
      expect(taken.epoch).toBe(2);
    });

    test("a holder that is dead is waited out", async () => {
      const { ds, id, first } = await twoProcesses();
      await first.claim(id, plaza);
      const newest = await openIncarnation(ds, { requestRelease: () => expireLease(ds, id) });
      expect((await newest.claim(id, cave)).epoch).toBe(2);
    });

    test("a bus that fails does not fail the login", async () => {
      const { ds, id, first } = await twoProcesses();
      await first.claim(id, plaza);
      const newest = await openIncarnation(ds, {
        requestRelease: async () => {
          await expireLease(ds, id);
          throw new Error("no bus");
        },
      });
      expect((await newest.claim(id, cave)).epoch).toBe(2);
    });
  });

  describe("writing", () => {
    test("a process cannot save a character whose lease ran out and was taken, and is told once", async () => {
      const { ds, id, first, second } = await twoProcesses();
      const stale = await first.claim(id, plaza);
      const fenced: unknown[] = [];
      first.onFenced((...which) => fenced.push(which));
      await expireLease(ds, id);
      await second.claim(id, cave);
      const before = await rowOf(ds, id);
      expect(await first.save(stale, stateAt(1))).toBe("fenced");
      expect(await first.save(stale, stateAt(2))).toBe("fenced");
      expect(await first.release(stale, stateAt(3))).toBe("fenced");
      await first.abandon(stale);
      expect(await rowOf(ds, id)).toEqual(before);
      expect(fenced).toEqual([[id, 1]]);
    });

    test("an earlier claim of the same process is stale too", async () => {
      const { ds, id, first } = await twoProcesses();
      const stale = await first.claim(id, plaza);
      await expireLease(ds, id);
      const fenced: unknown[] = [];
      first.onFenced((...which) => fenced.push(which));
      const fresh = await first.claim(id, cave);
      expect(fenced).toEqual([[id, 1]]);
      const before = await rowOf(ds, id);
      expect(await first.save(stale, stateAt(1))).toBe("fenced");
      expect(await first.release(stale, stateAt(1))).toBe("fenced");
      expect(await rowOf(ds, id)).toEqual(before);
      expect(await first.save(fresh, stateAt(2))).toBe("saved");
    });

    test("an older state never lands on a newer one", async () => {
      const { ds, id, first } = await twoProcesses();
      const claim = await first.claim(id, plaza);
      const old = { ...claim };
      await first.save(claim, stateAt(2));
      expect(await first.save(old, stateAt(1))).toBe("fenced");
      expect((await rowOf(ds, id)).state).toEqual(stateAt(2));
    });

    test("saves that are not waited for land in the order of their calls", async () => {
      const { ds, id, first } = await twoProcesses();
      const claim = await first.claim(id, plaza);
      const saves = [1, 2, 3].map((x) => first.save(claim, stateAt(x)));
      const outcomes = await Promise.all([...saves, first.release(claim, stateAt(4))]);
      expect(outcomes).toEqual(["saved", "saved", "saved", "saved"]);
      expect(await rowOf(ds, id)).toMatchObject({ state: stateAt(4), version: 4, owner: null });
    });

    test("a number that is not finite is refused, and the claim stays good", async () => {
      const { ds, id, first } = await twoProcesses();
      const claim = await first.claim(id, plaza);
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(first.save(claim, stateAt(bad))).rejects.toMatchObject({ code: "STATE_INVALID" });
      }
      const torn = { ...stateAt(1), stats: { note: "\ud800" } };
      await expect(first.save(claim, torn)).rejects.toMatchObject({ code: "STATE_INVALID" });
      const nul = { ...stateAt(1), stats: { note: "\0" } };
      await expect(first.save(claim, nul)).rejects.toMatchObject({ code: "STATE_INVALID" });
      const written = { ...stateAt(1), stats: { note: "a backslash \\u0000 and 👍" } };
      expect(await first.save(claim, written)).toBe("saved");
      expect((await rowOf(ds, id)).state).toEqual(written);
    });

    test("a join that failed gives the character back as it was", async () => {
      const { ds, id, first, second } = await twoProcesses();
      const claim = await first.claim(id, plaza);
      await first.save(claim, stateAt(5));
      await first.abandon(claim);
      const next = await second.claim(id, cave);
      expect(next.sheet.state).toEqual(stateAt(5));
      expect(next.version).toBe(1);
      expect(await rowOf(ds, id)).toMatchObject({ room_id: "cave-1" });
    });
  });

  describe("renewing", () => {
    test("keeps every lease of the process alive in one statement", async () => {
      const { ds, id, first, second } = await twoProcesses();
      const other = await newGuest(ds);
      await first.claim(id, plaza);
      await first.claim(other.characterId, plaza);
      await ds.query("UPDATE character SET lease_until = now() + interval '1 s' WHERE owner IS NOT NULL");
      await first.leases.renew();
      const leftS = "extract(epoch FROM lease_until - now())::float8";
      const rows = await ds.query<{ left_s: number }[]>(
        `SELECT ${leftS} AS left_s FROM character WHERE id = ANY($1)`,
        [[id, other.characterId]],
      );
      for (const { left_s } of rows) expect(left_s).toBeGreaterThan(9);
      await expect(second.claim(id, cave)).rejects.toMatchObject({ code: "CHARACTER_CLAIMED" });
    });

    test("finds out which characters were taken, and only those", async () => {
      const { ds, id, first, second } = await twoProcesses();
      const other = await newGuest(ds);
      await first.claim(id, plaza);
      await first.claim(other.characterId, plaza);
      const fenced: string[] = [];
      first.onFenced((which) => fenced.push(which));
      await expireLease(ds, id);
      await second.claim(id, cave);
      const taken = await rowOf(ds, id);
      await first.leases.renew();
      await first.leases.renew();
      expect(fenced).toEqual([id]);
      expect(await rowOf(ds, id)).toEqual(taken);
      expect(await rowOf(ds, other.characterId)).toMatchObject({ room_id: "plaza-1" });
    });

    test("a process that was frozen for 9 s lets go before it renews, and saves no more", async () => {
      const { ds, id, second, clock } = await twoProcesses();
      const claim = await second.claim(id, plaza);
      const fenced: string[] = [];
      second.onFenced((which) => fenced.push(which));
      clock.advance(8999);
      second.leases.watch();
      expect(fenced).toEqual([]);
      clock.advance(1);
      const before = await rowOf(ds, id);
      await second.leases.renew();
      expect(fenced).toEqual([id]);
      expect(await second.save(claim, stateAt(1))).toBe("fenced");
      expect(await rowOf(ds, id)).toEqual(before);
    });

    test.each([0, 250, 500, 750, 1_000, 1_250])(
      "a database that refuses for 7 s, %i ms after a renewal, costs nobody the lease",
      async (phaseMs) => {
        const clock = handClock();
        const { characterId: id } = await newGuest(database.ds);
        const own = await openIncarnation(database.ds, { incarnation: "outlives" });
        const { epoch } = await own.claim(id, plaza);
        let away = false;
        let asked: Promise<unknown> = Promise.resolve();
        const leases = openLeases(database.ds, {
          incarnation: "outlives",
          log: testLog,
          now: clock.now,
          timers: false,
          renewRows: (...args) => {
            const answer = away ? Promise.reject(new Error("Connection terminated")) : renewRows(...args);
            asked = answer.catch(() => {});
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
            await asked;
            await clock.wait(0);
          }
        };
        await pass(RENEW_MS + phaseMs);
        away = true;
        await pass(7_000);
        expect(fenced).toEqual([]);
        away = false;
        await pass(3_000);
        expect(fenced).toEqual([]);
        away = true;
        await pass(SELF_FENCE_MS);
        expect(fenced).toEqual([id]);
        await own.close();
      },
    );
    test("a process that has the database for itself keeps its players over a stop of 30 s", async () => {
      // On a database of its own: who has it for itself frees what others left claimed.
      const { ds } = await open();
      const { characterId: id } = await newGuest(ds);
      const clock = handClock();
      const sole = await openIncarnation(ds, { now: clock.now, wait: clock.wait, exclusive: true });
      const fenced: string[] = [];
      sole.onFenced((which) => fenced.push(which));
      const claim = await sole.claim(id, plaza);
      clock.advance(30_000);
      await expireLease(ds, id);
      sole.leases.turn();
      await expect.poll(async () => (await leaseOf(ds, id)).live).toBe(true);
      expect(fenced).toEqual([]);
      expect(await sole.save(claim, stateAt(1))).toBe("saved");

      // A newer login in this very process still wins, the lease of the older one being over or not.
      clock.advance(30_000);
      await expireLease(ds, id);
      await sole.claim(id, cave);
      sole.leases.watch();
      expect(fenced).toEqual([id]);
      expect(await sole.save(claim, stateAt(2))).toBe("fenced");
    });

    test("a process that has the database for itself claims over any stop too", async () => {
      const { ds } = await open();
      const { characterId: id } = await newGuest(ds);
      // Stopped for 30 s wherever it looks at the clock.
      let at = 0;
      const now = () => {
        at += 30_000;
        return at;
      };
      const sole = await openIncarnation(ds, { now, exclusive: true });
      expect(await sole.save(await sole.claim(id, plaza), stateAt(1))).toBe("saved");
      const other = await openIncarnation(ds, { now });
      await expect(other.claim((await newGuest(ds)).characterId, plaza)).rejects.toMatchObject({
        code: "DATABASE_UNAVAILABLE",
      });
    });

    test("the timers of a running process renew by themselves", async () => {
      const { ds, id } = await twoProcesses();
      const process = await openIncarnation(ds, { timers: true });
      await process.claim(id, plaza);
      await ds.query("UPDATE character SET lease_until = now() + interval '5 s' WHERE id = $1", [id]);
      await expect
        .poll(async () => {
          const [row] = await ds.query(
            "SELECT lease_until > now() + interval '6 s' AS renewed FROM character WHERE id = $1",
            [id],
          );
          return row.renewed;
        })
        .toBe(true);
      await process.close();
    });

    test("a listener that throws does not keep the others from being told", async () => {
      const { id, second, clock } = await twoProcesses();
      await second.claim(id, plaza);
      const told: string[] = [];
      second.onFenced(() => {
        throw new Error("a room's fault");
      });
      second.onFenced((which) => told.push(which));
      clock.advance(9000);
      second.leases.watch();
      expect(told).toEqual([id]);
    });
  });

  describe("the end of a process", () => {
    test("frees what it still holds, waits for saves under way, and claims no more", async () => {
      const { ds, id, first, second } = await twoProcesses();
      const claim = await first.claim(id, plaza);
      const saving = first.save(claim, stateAt(9));
      await first.close();
      expect(await saving).toBe("saved");
      expect((await second.claim(id, cave)).sheet.state).toEqual(stateAt(9));
      await expect(first.claim(id, plaza)).rejects.toMatchObject({ code: "ROOM_CLOSED" });
      expect(await rowOf(ds, id)).toMatchObject({ room_id: "cave-1" });
    });

    test("leaves the characters of others alone", async () => {
      const { ds, id, first, second } = await twoProcesses();
      const claim = await first.claim(id, plaza);
      await second.close();
      expect(await rowOf(ds, id)).toMatchObject({ room_id: "plaza-1" });
      expect(await first.save(claim, stateAt(1))).toBe("saved");
    });

    test("the sole process on a database frees what a crash had left claimed, and fences its writes", async () => {
      const own = await open();
      const { characterId: id } = await newGuest(own.ds);
      const dead = await openIncarnation(own.ds);
      const claim = await dead.claim(id, plaza);
      const next = await openIncarnation(own.ds, { exclusive: true });
      expect((await next.claim(id, plaza)).epoch).toBe(2);
      expect(await dead.save(claim, stateAt(1))).toBe("fenced");
    });
  });
});
