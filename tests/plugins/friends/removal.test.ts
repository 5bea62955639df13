import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WorldRoom } from "roomkeep/rooms";
import type { AnyPlugin } from "roomkeep/server";
import { WorldState } from "roomkeep/shared";
import { bootServer } from "roomkeep/testing";
import { expect, it } from "vitest";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import { friends } from "../../../plugins/friends/index.ts";
import { layDatabase } from "../../helpers/server-process.ts";

class Hall extends WorldRoom {
  override state = new WorldState();
}
const root = fileURLToPath(new URL("../../..", import.meta.url));

it("is used by another plugin as its page says, and leaves a server without it that starts and exports", async () => {
  const page = await readFile(join(root, "plugins/friends/README.md"), "utf8");
  const [, code = ""] = /```ts\n(import .*?)\n```/s.exec(page) ?? [];
  const project = await mkdtemp(join(root, "tests/plugins/friends/.readme-"));
  const dataDir = await mkdtemp(join(tmpdir(), "roomkeep-friends-"));
  try {
    await writeFile(join(project, "index.ts"), code);
    const { friendCount } = (await import(/* @vite-ignore */ join(project, "index.ts"))) as {
      friendCount: AnyPlugin;
    };
    await layDatabase(join(dataDir, "database"));
    const world = await bootServer({ hall: Hall }, { plugins: [friendCount, friends], dataDir });
    const [ann, bob] = [await world.join("hall", { name: "Ann" }), await world.join("hall", { name: "Bob" })];
    const accessToken = await accessTokenOf(world.url, ann.token);
    ann.send("friends.request", { who: bob.room.sessionId });
    await bob.message("friends.changed");
    bob.send("friends.request", { who: ann.room.sessionId });
    await expect
      .poll(() => callApi(world.url, "GET", "/v1/friend-count", { accessToken }))
      .toEqual({ friends: 1 });
    await world.close();

    const without = await bootServer({ hall: Hall }, { dataDir });
    expect((await fetch(`${without.url}/v1/friends`)).status).toBe(404);
    const [eve, kim] = [
      await without.join("hall", { name: "Eve" }),
      await without.join("hall", { name: "Kim" }),
    ];
    eve.send("friends.block", { who: kim.room.sessionId });
    expect(await eve.message("refused")).toMatchObject({ code: "MESSAGE_UNKNOWN" });
    kim.send("chat", { text: "hello" });
    expect(await eve.message("chat")).toMatchObject({ text: "hello" });
    // The rows stay, and are in the export as before.
    const token = await accessTokenOf(without.url, ann.token);
    const { more } = await callApi<{ more: Record<string, unknown[]> }>(
      without.url,
      "GET",
      "/v1/account/export",
      { accessToken: token },
    );
    expect(more.friend_relation).toMatchObject([{ state: "friends", blocked: false }]);
    await without.close();
  } finally {
    await rm(project, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  }
});
