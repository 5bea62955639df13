import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Games } from "roomkeep/server";
import { bootServer, type TestPlayer } from "roomkeep/testing";
import { expect, it } from "vitest";
import { voice } from "../../../plugins/voice/index.ts";
import { layDatabase } from "../../helpers/server-process.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
interface News {
  peers: { id: string }[];
}
const peersOf = ({ received }: TestPlayer) =>
  ((received.get("voice.peers")?.at(-1) as News)?.peers ?? []).length;

it("asks a room for its zones as its page says, and leaves a server without it that starts", async () => {
  const page = await readFile(join(root, "plugins/voice/README.md"), "utf8");
  const [, code = ""] = /```ts\n(import .*?)\n```/s.exec(page) ?? [];
  const project = await mkdtemp(join(root, "tests/plugins/voice/.readme-"));
  const dataDir = await mkdtemp(join(tmpdir(), "roomkeep-voice-"));
  try {
    await writeFile(join(project, "index.ts"), code);
    const { StreetRoom } = (await import(/* @vite-ignore */ join(project, "index.ts"))) as {
      StreetRoom: Games[string];
    };
    await layDatabase(join(dataDir, "database"));
    const world = await bootServer({ street: StreetRoom }, { plugins: [voice], dataDir });
    const come = async (x: number) => {
      const player = await world.join("street");
      const avatar = world.room(player.room.roomId).of(player.room.sessionId);
      if (avatar) Object.assign(avatar, { x, z: 0 });
      player.send("voice.on", {});
      return player;
    };
    const [ann, bob, eve] = [await come(9), await come(5), await come(11)];
    await ann.until("Bob alone", () => peersOf(ann) === 1);
    await ann.patches(20);
    expect([peersOf(ann), peersOf(bob), peersOf(eve)]).toEqual([1, 1, 0]);
    await world.close();

    const without = await bootServer({ street: StreetRoom }, { dataDir });
    expect((await fetch(`${without.url}/v1/voice`)).status).toBe(404);
    const kim = await without.join("street");
    kim.send("voice.on", {});
    expect(await kim.message("refused")).toMatchObject({ code: "MESSAGE_UNKNOWN" });
    await without.close();
  } finally {
    await rm(project, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  }
});
