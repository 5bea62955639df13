import { matchMaker } from "@colyseus/core";
import { openReplay } from "roomkeep/rooms";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Scrub, type ScrubFrames } from "../../../rooms/desk/scrub.ts";
import { linesOfRing, readRecording } from "../../../rooms/simulation/ring/ring-lines.ts";
import { openRingRecorder } from "../../../rooms/simulation/ring/ring-recorder.ts";
import type { RoomWorld } from "../../../rooms/simulation/room-world.ts";
import { YardRoom } from "./yard-room.ts";

type Spot = readonly [string, number, number, number, number];

/** All frames from a tick to another, in as many requests as it takes. */
async function framesOf(
  ask: (fromTick: number, toTick: number) => Promise<ScrubFrames>,
  fromTick: number,
  toTick: number,
) {
  const frames: ScrubFrames["frames"][number][] = [];
  const who: Record<string, unknown> = {};
  let exact: boolean | null = null;
  for (let next = fromTick, isDone = false; !isDone; ) {
    const part = await ask(next, toTick);
    frames.push(...part.frames);
    Object.assign(who, part.who);
    if (part.exact !== null) exact = (exact ?? true) && part.exact;
    isDone = part.done;
    next = part.nextTick;
  }
  return { frames, who, exact };
}

/** Snapshots take no time, so that they are ten seconds apart. */
const still = { epochMs: () => 1_000_000, nowMs: () => 0 };
const rounded = (value: number) => Math.round(value * 100) / 100 + 0;

describe("a look into the past of a world", () => {
  /** A yard of 30 s whose every place was written down. */
  async function past() {
    const stage = await openReplay(YardRoom, { seed: 5 });
    const ring = openRingRecorder({ seconds: 60, maxBytes: 4_000_000, clock: still });
    (Reflect.get(stage.room, "roomWorld") as RoomWorld).keepLast(ring);
    stage.join("ann", { name: "Ann" });
    const places = new Map<number, Spot[]>();
    for (let i = 0; i < 600; i++) {
      if (i === 250) stage.join("bob", { name: "Bob" });
      if (i === 300) stage.message("bob", "drop", {});
      if (i === 400) stage.leave("ann");
      for (const id of stage.room.players.keys())
        stage.input(id, { moveX: (i % 100) - 50, moveZ: 80, buttons: 0 });
      stage.tick();
      places.set(
        i + 1,
        [...stage.room.state.actors].map(([id, { x, y, z, yaw }]) => [
          id,
          ...([x, z, yaw, y].map(rounded) as [number, number, number, number]),
        ]),
      );
    }
    const kept = ring.freeze();
    if (!kept) throw new Error("nothing kept");
    return { kept, places, hash: stage.room.hash() };
  }

  test("shows everything where it was, at any tick, and proves it by the hashes", async () => {
    const { kept, places, hash } = await past();
    const scrub = new Scrub(YardRoom, kept, hash);
    expect(scrub.span).toMatchObject({ fromTick: 0, toTick: 600, tickHz: 20, everyTicks: 2 });
    // From the middle of a segment to the middle of another.
    const some = await framesOf((from, to) => scrub.frames(from, to), 231, 419);
    expect(some.frames.map(({ tick }) => tick)).toEqual(Array.from({ length: 94 }, (_, i) => 232 + 2 * i));
    for (const { tick, actors } of some.frames) expect(actors, `tick ${tick}`).toEqual(places.get(tick));
    expect(some.who).toMatchObject({
      ann: { kind: "avatar", name: "Ann", player: true },
      bob: { name: "Bob" },
      "loose-0": { kind: "crate", player: false },
    });
    // One segment ended in it, as the next one begins.
    expect(some.exact).toBe(true);
    const all = await framesOf((from, to) => scrub.frames(from, to), 0, 600);
    expect(all.frames).toHaveLength(301);
    expect(all.exact).toBe(true);
    for (const { tick, actors } of all.frames.slice(1)) expect(actors).toEqual(places.get(tick));
    expect(scrub.bytes).toBeGreaterThan(10_000);
    // Beyond what is kept there is nothing.
    expect(await scrub.frames(601, 900)).toMatchObject({ frames: [], done: true, exact: null });
    expect(await scrub.level()).toMatchObject({ name: "yard" });
  });

  test("follows one player, and knows who was not there", async () => {
    const { kept, places } = await past();
    const scrub = new Scrub(YardRoom, kept);
    // It was kept right at a snapshot: the last segment has no tick.
    expect(kept.segments.at(-1)).toMatchObject({ fromTick: 600, toTick: 600 });
    await expect.poll(() => scrub.path("bob")).not.toHaveProperty("code");
    const path = await scrub.path("bob");
    if ("code" in path) throw new Error(path.reason);
    expect(path.points[0]?.[0]).toBe(252);
    for (const [tick, x, z, heading] of path.points)
      expect(
        places
          .get(tick)
          ?.find(([id]) => id === "bob")
          ?.slice(1, 4),
      ).toEqual([x, z, heading]);
    expect(await scrub.path("eve")).toMatchObject({ ok: false, code: "PLAYER_UNKNOWN" });
  });

  test("is seen to differ where it was tampered with", async () => {
    const { kept, hash } = await past();
    const lines = [...linesOfRing(kept, new Map([[600, hash]]))].map((line) => JSON.stringify(line));
    const whole = readRecording(lines, kept.endedMs);
    expect(whole.ring.segments).toEqual(
      kept.segments.map((segment, i) => ({
        ...segment,
        atMs: expect.any(Number),
        // The last one has the hash in it.
        notes: i < 2 ? segment.notes : expect.any(Uint8Array),
      })),
    );
    const exactOf = async (some: readonly string[]) => {
      const { ring, endHash } = readRecording(some, kept.endedMs);
      const scrub = new Scrub(YardRoom, ring, endHash);
      return (await framesOf((from, to) => scrub.frames(from, to), 0, 600)).exact;
    };
    expect(await exactOf(lines)).toBe(true);
    for (const tick of [120, 580]) {
      const other = lines.map((line) =>
        line.startsWith(`{"t":${tick},`) ? line.replace(/(ann|bob)",-?\d+/, '$1",3') : line,
      );
      expect(other).not.toEqual(lines);
      expect(await exactOf(other), `tick ${tick}`).toBe(false);
    }
    expect(() => readRecording(["{}"], 0)).toThrow(/no recording/);
    expect(() => readRecording(["not json"], 0)).toThrow(/damaged/);
  });
});

describe("a live room", () => {
  let world: TestServer;
  let ann: TestPlayer;
  beforeAll(async () => {
    world = await bootServer({ yard: YardRoom });
    ann = await world.join("yard", { name: "Ann", create: true });
  });
  afterAll(() => world.close());
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks at
  const ask = (request: object): Promise<any> =>
    matchMaker.remoteRoomCall(ann.room.roomId, "desk" as never, [request]) as Promise<unknown>;

  test("is scrubbed back as it was when it was opened, while it goes on", async () => {
    const room = world.room<YardRoom>(ann.room.roomId);
    const seen = new Map<number, number>();
    const look = () => seen.set(room.simulation.tick, rounded(room.of(ann.room.sessionId)?.x ?? 0));
    ann.room.onStateChange(look);
    await ann.walk({ moveX: 127 }, 40);
    const opened = await ask({ ask: "scrub.open" });
    expect(opened).toMatchObject({ ok: true, tickHz: 20, everyTicks: 2, level: { name: "yard" } });
    await ann.walk({ moveX: -127 }, 20);
    const { frames, exact } = await framesOf(
      (fromTick, toTick) => ask({ ask: "scrub.frames", scrub: opened.scrub, fromTick, toTick }),
      opened.fromTick,
      opened.toTick,
    );
    expect(exact).toBe(true);
    expect(frames.at(-1)?.tick).toBeGreaterThanOrEqual(opened.toTick - 1);
    const xOf = (actors: readonly Spot[]) => actors.find(([id]) => id === ann.room.sessionId)?.[1];
    const compared = frames.filter(({ tick }) => seen.has(tick));
    expect(compared.length).toBeGreaterThan(5);
    for (const { tick, actors } of compared) expect(xOf(actors), `tick ${tick}`).toBe(seen.get(tick));
    const path = await ask({ ask: "scrub.path", scrub: opened.scrub, player: ann.room.sessionId });
    expect(path.points.length).toBe(frames.filter(({ actors }) => xOf(actors) !== undefined).length);
    expect(await ask({ ask: "scrub.close", scrub: opened.scrub })).toEqual({ ok: true });
    expect(await ask({ ask: "scrub.frames", scrub: opened.scrub, fromTick: 0, toTick: 9 })).toMatchObject({
      code: "SCRUB_UNKNOWN",
    });
    expect([...room.faults]).toEqual([]);
  });

  test("has four looks into its past open at most", async () => {
    const opened: string[] = [];
    for (let i = 0; i < 5; i++) opened.push((await ask({ ask: "scrub.open" })).scrub);
    const [first = "", second = ""] = opened;
    const frames = (scrub: string) => ask({ ask: "scrub.frames", scrub, fromTick: 0, toTick: 0 });
    expect(await frames(first)).toMatchObject({ code: "SCRUB_UNKNOWN" });
    expect(await frames(second)).toMatchObject({ ok: true });
  });
});
