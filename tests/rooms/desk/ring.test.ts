import { openReplay, type Replay } from "roomkeep/rooms";
import { describe, expect, test } from "vitest";
import { rerun } from "../../../rooms/replay.ts";
import { openRecorder } from "../../../rooms/simulation/recorder.ts";
import { linesOfRing } from "../../../rooms/simulation/ring/ring-lines.ts";
import { openRingRecorder, type RingRecorder } from "../../../rooms/simulation/ring/ring-recorder.ts";
import { RING } from "../../../rooms/simulation/ring/ring-totals.ts";
import type { RoomWorld } from "../../../rooms/simulation/room-world.ts";
import { YardRoom } from "./yard-room.ts";

const HZ = 20;
const worldOf = ({ room }: Replay<YardRoom>) => Reflect.get(room, "roomWorld") as RoomWorld;

/** A yard with two walkers, in which the ring begins. */
async function openYard(options: Parameters<typeof openRingRecorder>[0]) {
  const stage = await openReplay(YardRoom, { seed: 3 });
  stage.join("ann");
  stage.join("bob");
  // Snapshots take no time, so that they are ten seconds apart.
  const ring = openRingRecorder({ clock: { epochMs: () => 0, nowMs: () => 0 }, ...options });
  worldOf(stage).keepLast(ring);
  return { stage, ring };
}

/** Everybody walks on, each on a way of their own. */
function play(stage: Replay<YardRoom>, ticks: number, each: (tick: number) => void = () => {}): void {
  for (let i = 0; i < ticks; i++) {
    const { tick } = stage.room.simulation;
    each(tick);
    for (const [n, id] of [...stage.room.players.keys()].entries())
      stage.input(id, {
        moveX: (tick * 7 + n * 50) % 128,
        moveZ: tick % 40 < 20 ? 90 : -90,
        buttons: tick % 2,
      });
    stage.tick();
  }
}

const linesOf = (ring: RingRecorder, hashes = new Map<number, string>()) => {
  const kept = ring.freeze();
  if (!kept) throw new Error("nothing is kept");
  return [...linesOfRing(kept, hashes)].map((line) => JSON.stringify(line));
};

describe("the last seconds of a room", () => {
  test("run again alike: joins, leaves, messages, commands and all inputs, beside a recording", async () => {
    const { stage, ring } = await openYard({ seconds: 60, maxBytes: 4_000_000 });
    const lines: string[] = [];
    stage.room.record(openRecorder({ write: (line) => lines.push(line), hashEveryTicks: 1 }));
    play(stage, 500, (tick) => {
      if (tick === 60) stage.join("cyd", { name: "Cyd" });
      if (tick === 100) stage.message("ann", "drop", {});
      if (tick === 140) stage.command("operator", "admin", "/weather rain");
      if (tick === 200) stage.away("bob", true);
      if (tick === 230) stage.away("bob", false);
      if (tick === 300) stage.leave("cyd");
      if (tick === 333) stage.input("ann", { moveX: 0.5, moveZ: -0, buttons: 3 });
    });
    const hashes = new Map<number, string>();
    for (const line of lines.map((one) => JSON.parse(one))) if (line.h) hashes.set(line.t, line.h);
    expect(hashes.size).toBe(500);
    const again = await rerun(YardRoom, linesOf(ring, hashes));
    expect(again).toMatchObject({ ticks: 500, compared: 500, mismatches: [], hash: stage.room.hash() });
    // The other one is whole as well.
    expect(await rerun(YardRoom, lines)).toMatchObject({ ticks: 500, compared: 500, mismatches: [] });
    // Without any hash its snapshots are compared, which are what the room was.
    const bare = await rerun(YardRoom, linesOf(ring));
    expect(bare).toMatchObject({ compared: 2, mismatches: [] });
    const tampered = linesOf(ring).map((line) =>
      line.startsWith('{"t":90,') ? line.replace(/"ann",\d+/, '"ann",-77') : line,
    );
    expect((await rerun(YardRoom, tampered)).mismatches).toEqual([200, 400]);
  });

  test("are dropped by whole segments, so that a re-run can always go back so far", async () => {
    const { stage, ring } = await openYard({ seconds: 20, maxBytes: 4_000_000 });
    for (let s = 0; s < 75; s++) {
      play(stage, HZ);
      const { fromTick, toTick, seconds } = ring.state;
      expect(toTick).toBe((s + 1) * HZ);
      expect(seconds).toBeGreaterThanOrEqual(Math.min(s + 1, 20));
      expect(seconds).toBeLessThan(30 + 1);
      expect(fromTick % (10 * HZ)).toBe(0);
    }
    expect(await rerun(YardRoom, linesOf(ring))).toMatchObject({ mismatches: [], hash: stage.room.hash() });
  });

  test("never take more memory than they may, whatever is sent; then there are fewer of them", async () => {
    const maxBytes = 300_000;
    const { stage, ring } = await openYard({ seconds: 60, maxBytes });
    const before = RING.bytes - ring.state.bytes;
    let most = 0;
    play(stage, 40 * HZ, (tick) => {
      expect(RING.bytes - before).toBe(ring.state.bytes);
      for (let i = 0; i < 10; i++) {
        stage.message("ann", "say", { text: `${tick}`.repeat(200) });
        most = Math.max(most, ring.state.bytes);
        expect(ring.state.bytes).toBeLessThanOrEqual(maxBytes);
      }
    });
    expect(most).toBeGreaterThan(maxBytes / 2);
    expect(ring.state.seconds).toBeGreaterThan(0.2);
    expect(ring.state.seconds).toBeLessThan(20);
    expect(await rerun(YardRoom, linesOf(ring))).toMatchObject({ mismatches: [], hash: stage.room.hash() });
    ring.stop();
    expect(RING.bytes).toBe(before);
    expect(ring.freeze()).toBeUndefined();
  });

  test("begin anew where one tick brings more than the memory holds", async () => {
    const { stage, ring } = await openYard({ seconds: 60, maxBytes: 60_000 });
    play(stage, 5);
    play(stage, 1, () => {
      for (let i = 0; i < 60; i++) stage.message("ann", "say", { text: "x".repeat(2_000) });
    });
    expect(ring.state).toMatchObject({ fromTick: 6, toTick: 6, problem: undefined });
    play(stage, 5);
    expect(await rerun(YardRoom, linesOf(ring))).toMatchObject({ ticks: 5, hash: stage.room.hash() });
  });

  test("are not kept of a world whose snapshots are too large, or too slow to take, and it says so", async () => {
    const { stage, ring } = await openYard({ seconds: 60, maxBytes: 1_500 });
    play(stage, 5);
    expect(ring.state).toMatchObject({
      bytes: 0,
      problem: expect.stringContaining("bytes, of 1500 for all"),
    });
    let now = 0;
    const slow = await openYard({
      seconds: 60,
      maxBytes: 4_000_000,
      // Each look at the clock is 60 ms after the one before.
      clock: { epochMs: () => 0, nowMs: () => (now += 60) },
    });
    play(slow.stage, 23 * HZ);
    // Farther apart: a snapshot of 60 ms is taken every 24 s.
    expect(slow.ring.freeze()?.segments).toHaveLength(1);
    play(slow.stage, 48 * HZ);
    expect(slow.ring.state.problem).toContain("takes 60 ms");
    expect(slow.ring.freeze()).toBeUndefined();
  });

  test("of a world that JSON cannot hold are not kept, and the room goes on", async () => {
    const { stage, ring } = await openYard({ seconds: 60, maxBytes: 4_000_000 });
    play(stage, 5);
    Object.defineProperty(stage.room, "onKeep", { value: () => ({ n: 1n }) });
    play(stage, 15 * HZ);
    expect(ring.state.problem).toContain("The world cannot be kept");
    expect(stage.room.simulation.tick).toBe(5 + 15 * HZ);
    expect([...stage.room.faults]).toEqual([]);
  });

  test("end with the tick that was asked for, and with the room's own hash", async () => {
    const { stage, ring } = await openYard({ seconds: 60, maxBytes: 4_000_000 });
    play(stage, 30);
    const asked = ring.freezeAtTick();
    // Between two ticks the room may change; what is kept ends with a tick.
    stage.message("ann", "say", { text: "hello" });
    play(stage, 1);
    const atTick = stage.room.hash();
    stage.message("ann", "say", { text: "hello again" });
    const frozen = await asked;
    expect(frozen?.hash).toBe(atTick);
    expect(frozen?.ring.segments.at(-1)?.toTick).toBe(31);
    play(stage, 10);
    expect(frozen?.ring.segments.at(-1)?.toTick).toBe(31);
    const waiting = ring.freezeAtTick();
    ring.stop();
    expect(await waiting).toBeUndefined();
  });
});
