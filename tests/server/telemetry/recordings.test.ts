import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { joinAs } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PlazaRoom } from "../../../games/plaza/room.ts";
import { openReplay, rerun } from "../../../rooms/replay.ts";
import type { Recorder } from "../../../rooms/simulation/recorder.ts";
import { games } from "../../../server/main.ts";
import { openRecordings } from "../../../server/telemetry/recordings.ts";
import { startProcess } from "../../helpers/server-process.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "roomkeep-recordings-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (...args: string[]) =>
  startProcess({ ROOMKEEP_RECORD_HASH_TICKS: "1" }, ["server/cli/index.ts", "start", ...args]);

describe("a server that is started with --record", () => {
  test("writes each room into a file that runs again alike, whole when the server has stopped", async () => {
    const into = join(folder, "made", "by it");
    const server = await start("--record", into);
    const ann = await joinAs(server.url, "meadow", { name: "Ann" });
    await ann.walk({ moveX: 127 }, 20);
    ann.send("shoot", { yaw: 0.5, pitch: 0 });
    ann.send("chat", { text: "a secret" });
    const bob = await joinAs(server.url, "cave", { name: "Bob", create: true });
    await bob.walk({ moveZ: -127 }, 10);
    ann.stop();
    bob.stop();
    await server.end();
    const files = readdirSync(into).sort();
    expect(files).toEqual([
      expect.stringMatching(/^cave-[A-Z0-9]{4}-[\dT-]{19}\.jsonl$/),
      expect.stringMatching(/^meadow-[A-Z0-9]{4}-[\dT-]{19}\.jsonl$/),
    ]);
    for (const [i, game] of (["cave", "meadow"] as const).entries()) {
      const file = join(into, files[i] ?? "");
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const text = readFileSync(file, "utf8");
      expect(text.endsWith('{"end":"stopped"}\n')).toBe(true);
      expect(text).not.toContain("secret");
      const again = await rerun(games[game], text.split("\n"));
      expect(again.ticks).toBeGreaterThan(8);
      expect(again).toMatchObject({ compared: again.ticks, mismatches: [] });
    }
  });

  test("says what is wrong with its arguments and its folder, and does not start", async () => {
    await expect(start("--recrod", folder)).rejects.toThrow(/CONFIG_INVALID: .*--recrod/);
    writeFileSync(join(folder, "file"), "");
    await expect(start("--record", join(folder, "file"))).rejects.toThrow(/DATA_DIR_UNWRITABLE/);
  });
});

test("a disk that fails ends the recording, and the room goes on", async () => {
  const told: object[] = [];
  const log = { info() {}, error: (fields: object) => void told.push(fields) };
  const gone = join(folder, "gone");
  const recordings = await openRecordings({ folder: gone, hashEveryTicks: 0, log });
  rmSync(gone, { recursive: true });
  const { room, tick } = await openReplay(PlazaRoom);
  const recorders: Recorder[] = [];
  const stop = recordings.begin({
    roomName: "plaza",
    roomId: "AAAA",
    record(recorder) {
      recorders.push(recorder);
      room.record(recorder);
    },
  });
  tick();
  await expect.poll(() => told).toMatchObject([{ err: { code: "ENOENT" } }]);
  expect(recorders[0]?.running).toBe(false);
  tick();
  expect(room.simulation.tick).toBe(2);
  stop();
  await recordings.close();
});
