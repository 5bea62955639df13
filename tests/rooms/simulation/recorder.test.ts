import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterEach, describe, expect, test } from "vitest";
import { replay, rerunElsewhere } from "../../../drills/replay/index.ts";
import { PlazaRoom } from "../../../games/plaza/room.ts";
import { TagRoom } from "../../../games/tag/room.ts";
import { openReplay, rerun } from "../../../rooms/replay.ts";
import { openRecorder } from "../../../rooms/simulation/recorder.ts";
import { games } from "../../../server/main.ts";

let world: TestServer | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

describe("a recording", () => {
  test("of bots at play gives the same world twice, and from its middle in a fresh process", {
    timeout: 120_000,
  }, async () => {
    const result = await replay({
      game: "plaza",
      minutes: 0.5,
      bots: 8,
      seed: 4,
      hashEveryTicks: 1,
      tell: () => {},
    });
    expect(result).toMatchObject({ ticks: 600, mismatches: 0 });
    expect(result.whole).toMatchObject({ ticks: 600, compared: 600, hash: result.hash });
    expect(result.fromMiddle).toMatchObject({ ticks: 300, compared: 300, hash: result.hash });
  });

  test("of true players in a live room runs again alike, here and in a fresh process", {
    timeout: 60_000,
  }, async () => {
    world = await bootServer(games);
    const ann = await world.join("plaza", { name: "Ann" });
    const room = world.room<PlazaRoom>(ann.room.roomId);
    const lines: string[] = [];
    // It begins in the middle of the room's life, with Ann there.
    const recorder = openRecorder({
      write: (line) => lines.push(line),
      hashEveryTicks: 1,
      markEveryTicks: 20,
    });
    room.record(recorder);
    const bob = await world.join("plaza", { name: "Bob", code: room.roomId });
    await Promise.all([
      ann.walk({ moveX: 127, run: true }, 25),
      bob.walk({ moveX: -90, moveZ: 60, jump: true }, 25),
    ]);
    ann.room.send("emote", { emote: 3 });
    ann.room.send("emote", { emote: 99 }); // refused: it is not in the recording
    await bob.until(
      "the emote",
      () => (bob.room.state.actors.get(ann.room.sessionId) as { emote?: number })?.emote === 3,
    );
    await bob.leave();
    ann.send("chat", { text: "a secret" });
    // An operator's command, which nobody in the room gave.
    expect(await room.console.give({ id: "operator", role: "admin" }, "/spawn crate 3")).toEqual(
      expect.any(String),
    );
    await ann.walk({ moveZ: -127 }, 10);
    recorder.stop();
    expect(lines.join("")).not.toContain("secret");
    expect(lines.join("")).toContain("/spawn crate 3");
    const again = await rerun(PlazaRoom, lines);
    expect(again.compared).toBeGreaterThan(30);
    expect(again).toMatchObject({ compared: again.ticks, mismatches: [] });
    const folder = mkdtempSync(join(tmpdir(), "roomkeep-recording-"));
    try {
      writeFileSync(join(folder, "live.jsonl"), lines.join(""));
      const elsewhere = await rerunElsewhere(join(folder, "live.jsonl"), "plaza", again.tick - 15);
      expect(elsewhere).toMatchObject({ mismatches: [], hash: again.hash, tick: again.tick });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("has a game's rules and messages in it", async () => {
    const stage = await openReplay(TagRoom, { seed: 11 });
    const lines: string[] = [];
    const recorder = openRecorder({ write: (line) => lines.push(line), hashEveryTicks: 1 });
    stage.room.record(recorder);
    for (const id of ["ann", "bob", "cyd"]) stage.join(id);
    for (const id of ["ann", "bob", "cyd"]) stage.message(id, "ready", { ready: true });
    for (let tick = 0; tick < 200; tick++) {
      if (tick === 150) stage.leave("bob");
      for (const id of stage.room.players.keys())
        stage.input(id, { moveX: 90, moveZ: tick % 120, buttons: 1 });
      stage.tick();
    }
    expect(stage.room.state.phase).toBe("round");
    expect(await rerun(TagRoom, lines)).toMatchObject({ compared: 200, mismatches: [], warnings: [] });
    // Numbers of another version may differ in their last bit: that is told; one of before it was noted is
    // not.
    const { node } = process.versions;
    const onOther = lines.map((line) => line.replace(`"node":"${node}"`, '"node":"18.1.0"'));
    expect((await rerun(TagRoom, onOther)).warnings).toEqual([
      expect.stringContaining(`18.1.0, run again by Node ${node}`),
    ]);
    const former = lines.map((line) => line.replace(`,"node":"${node}"`, ""));
    expect(await rerun(TagRoom, former)).toMatchObject({ mismatches: [], warnings: [] });
  });

  test("that was tampered with is seen to differ", async () => {
    const stage = await openReplay(PlazaRoom, { seed: 2 });
    const lines: string[] = [];
    stage.room.record(openRecorder({ write: (line) => lines.push(line), hashEveryTicks: 1 }));
    stage.join("ann");
    for (let tick = 0; tick < 30; tick++) {
      stage.input("ann", { moveX: 50, moveZ: 0, buttons: 0 });
      stage.tick();
    }
    const other = lines.map((line) =>
      line.includes('"t":20,') ? line.replace('"ann",50', '"ann",51') : line,
    );
    const { mismatches } = await rerun(PlazaRoom, other);
    expect(mismatches[0]).toBe(20);
  });

  test("ends by itself when it is full", async () => {
    const stage = await openReplay(PlazaRoom, { seed: 2 });
    const lines: string[] = [];
    const recorder = openRecorder({ write: (line) => lines.push(line), maxChars: 60_000, markEveryTicks: 0 });
    stage.room.record(recorder);
    stage.join("ann");
    for (let tick = 0; tick < 3000; tick++) {
      stage.input("ann", { moveX: 50, moveZ: 0, buttons: 0 });
      stage.tick();
    }
    expect(recorder.running).toBe(false);
    expect(lines.at(-1)).toBe('{"end":"full"}\n');
    expect(lines.join("").length).toBeLessThanOrEqual(60_100);
  });
});
