import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootServer } from "roomkeep/testing";
import { expect, it } from "vitest";
import { games } from "../../../server/main.ts";
import { layDatabase } from "../../helpers/server-process.ts";

it("keeps a character where it stood, over a restart of the server", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "roomkeep-join-"));
  await layDatabase(join(dataDir, "database"));
  const first = await bootServer(games, { dataDir });
  const ann = await first.join("plaza", { name: "Ann", color: 3, shape: 1 });
  const start = { x: ann.me().x, z: ann.me().z };
  await ann.walk({ moveX: 127 }, 20);
  const stood = { x: ann.me().x, y: ann.me().y, z: ann.me().z };
  expect(Math.hypot(stood.x - start.x, stood.z - start.z)).toBeGreaterThan(2);
  await first.close();

  const second = await bootServer(games, { dataDir });
  const again = await second.join("plaza", { token: ann.token });
  expect(again.me()).toMatchObject({ name: "Ann", color: 3, shape: 1 });
  expect(again.me().x).toBeCloseTo(stood.x, 4);
  expect(again.me().z).toBeCloseTo(stood.z, 4);
  await second.close();
  await rm(dataDir, { recursive: true, force: true });
});
