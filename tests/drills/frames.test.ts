import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { startWatched } from "../../drills/frames/frames-process.ts";
import { readSaved } from "../../drills/frames/frames-saved.ts";
import { hostile } from "../../drills/hostile/index.ts";
import { meadowLevel } from "../../games/meadow/level.ts";
import { MeadowState, Rabbit } from "../../games/meadow/state.ts";
import { openSimulation } from "../../rooms/simulation/simulation.ts";
import { createGuest } from "../../server/accounts/guests.ts";
import { createSnapshotCodec } from "../../server/persistence/snapshot-codec.ts";
import { openDatabase } from "../../server/storage/database.ts";
import { migrate } from "../../server/storage/migrate.ts";
import { testLog } from "../helpers/databases.ts";
import { layDatabase } from "../helpers/server-process.ts";

// A short run; how many ticks honest players keep is for the drill itself.
test("hostile input of each class and random frames are refused, change nothing that anybody owns, and harm nobody", async () => {
  const { frames, findings, byClass, ...result } = await hostile({
    frames: 20_000,
    seed: 1,
    seconds: 360,
    perSecond: 3_000,
    sockets: 24,
    controlSeconds: 3,
    tell: () => {},
  });
  const ofTicks = /ticks a second|acknowledged$/;
  expect(findings.filter((finding) => !ofTicks.test(finding))).toEqual([]);
  expect(result).toMatchObject({ changedState: 0, exits: 0 });
  expect(result.refused).toBeGreaterThan(1_000);
  for (const [name, { sent, cases }] of Object.entries(byClass))
    expect(sent, name).toBeGreaterThanOrEqual(cases);
  expect(frames).toMatchObject({
    alive: true,
    troubles: [],
    back: true,
    saved: { faults: [] },
    sent: 20_000,
  });
  expect(frames.saved?.zoneHash).toMatch(/^[0-9a-f]+$/);
  expect(frames.saved?.characters).toBeGreaterThan(4);
  for (const { ratio, acknowledgedRatio } of Object.values(frames.ticks)) {
    expect(ratio).toBeGreaterThan(0);
    expect(acknowledgedRatio).toBeGreaterThan(0);
  }
  for (const [kind, count] of Object.entries(frames.byKind)) expect(count, kind).toBeGreaterThan(0);
}, 600_000);

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-frames-test-"));
  folders.push(folder);
  await layDatabase(join(folder, "database"));
  return folder;
}

test.each([
  ["SIGKILL", /^the process ended with SIGKILL$/],
  ["SIGSTOP", /^the process did not answer for \d+ s/],
] as const)(
  "the drill sees it when its server gets a %s, and says what it printed last",
  async (signal, how) => {
    const server = await startWatched({ ROOMKEEP_DATA_DIR: await newFolder(), LOG_LEVEL: "info" }, 3_000);
    process.kill(server.pid, signal);
    await expect.poll(() => server.death).toMatch(how);
    expect(server.lastLines.length).toBeGreaterThan(0);
    await server.stop();
  },
  240_000,
);

test("the drill sees a saved number that is not finite, a character that is still claimed and one that is gone", async () => {
  const dataDir = await newFolder();
  const database = await openDatabase({ dataDir, log: testLog });
  await migrate(database.ds);
  const { characterId: id } = await createGuest(database.ds, { name: "Ann", color: 0, shape: 0 });
  const save = (snapshot: unknown) =>
    database.ds.query("INSERT INTO zone_save (key, snapshot) VALUES ('meadow', $1)", [
      createSnapshotCodec().seal(JSON.stringify({ v: 2, data: snapshot })),
    ]);
  await database.ds.query("UPDATE character SET owner = 'somebody' WHERE id = $1", [id]);
  await save(meadowWithRabbitAt({ $: "number", is: "NaN" }));
  await database.close();
  const { faults } = await readSaved(dataDir, [id, "a-stranger"]);
  expect(faults.join("\n")).toMatch(/meadow\..*\.x is NaN/);
  expect(faults.join("\n")).toContain(`character ${id} is still claimed`);
  expect(faults.join("\n")).toContain("character a-stranger is gone");
});

/** A snapshot as a zone is saved, with one place in it replaced. */
function meadowWithRabbitAt(x: unknown): unknown {
  const tickHz = 20;
  const simulation = openSimulation({
    state: new MeadowState(),
    level: meadowLevel,
    tickHz,
    seed: 0,
    fault: () => {},
  });
  simulation.world.spawn(new Rabbit({ x: 12.5, z: 3 }));
  return JSON.parse(JSON.stringify(simulation.snapshot()).replace('"x":12.5', `"x":${JSON.stringify(x)}`));
}
