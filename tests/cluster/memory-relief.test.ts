import { expect, test } from "vitest";
import { type Movable, openMemoryRelief } from "../../server/cluster/memory-relief.ts";

const quiet = { warn: () => {}, error: () => {} };

/** Rooms with so many players, and a clock. */
function process(...counts: number[]) {
  let clock = 0;
  const moved: number[] = [];
  const rooms: Movable[] = counts.map((players) => ({
    roomId: `room-${players}`,
    players,
    async move() {
      moved.push(players);
      rooms.splice(
        rooms.findIndex((room) => room.players === players),
        1,
      );
    },
  }));
  const relieve = openMemoryRelief(() => rooms, quiet, { now: () => clock });
  const beat = async (tight: boolean, ms = 1_000) => {
    clock += ms;
    relieve(tight);
    await new Promise((done) => setImmediate(done));
  };
  return { moved, beat };
}

test("the smallest room goes first, one in five seconds, and half of them at most", async () => {
  const { moved, beat } = process(9, 2, 5, 7);
  for (let second = 0; second < 5; second++) await beat(true);
  expect(moved).toEqual([2]);
  for (let second = 0; second < 30; second++) await beat(true);
  expect(moved).toEqual([2, 5]);
  // There was enough meanwhile: what is short now is another matter.
  await beat(false);
  for (let second = 0; second < 30; second++) await beat(true);
  expect(moved).toEqual([2, 5, 7]);
});

test("nothing moves while there is memory", async () => {
  const { moved, beat } = process(1, 2);
  for (let second = 0; second < 9; second++) await beat(false);
  expect(moved).toEqual([]);
});
