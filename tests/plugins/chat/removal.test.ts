import { randomUUID } from "node:crypto";
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
import { chat } from "../../../plugins/chat/index.ts";
import { layDatabase } from "../../helpers/server-process.ts";

class Hall extends WorldRoom {
  override state = new WorldState();
}
const root = fileURLToPath(new URL("../../..", import.meta.url));

it("is used by another plugin as its page says, and leaves a server without it that starts and exports", async () => {
  const page = await readFile(join(root, "plugins/chat/README.md"), "utf8");
  const [, code = ""] = /```ts\n(import .*?)\n```/s.exec(page) ?? [];
  const project = await mkdtemp(join(root, "tests/plugins/chat/.readme-"));
  const dataDir = await mkdtemp(join(tmpdir(), "roomkeep-chat-"));
  try {
    await writeFile(join(project, "index.ts"), code);
    const { crews } = (await import(/* @vite-ignore */ join(project, "index.ts"))) as { crews: AnyPlugin };
    await layDatabase(join(dataDir, "database"));
    const world = await bootServer({ hall: Hall }, { plugins: [crews, chat], dataDir });
    const ann = await world.join("hall", { name: "Ann" });
    const accessToken = await accessTokenOf(world.url, ann.token);
    const write = (path: string) =>
      callApi(world.url, "POST", `/v1/chat/${path}/lines`, {
        accessToken,
        body: { text: "hello", request: randomUUID() },
      });
    await expect(write("crew/red")).rejects.toMatchObject({ code: "CHAT_CHANNEL_UNKNOWN" });
    await callApi(world.url, "POST", "/v1/crews/red", { accessToken });
    expect(await write("crew/red")).toMatchObject({ n: 1 });
    const { channels } = await callApi<{ channels: object[] }>(world.url, "GET", "/v1/chat", { accessToken });
    expect(channels).toContainEqual(expect.objectContaining({ kind: "crew", id: "red", title: "Crew red" }));
    await world.close();

    const without = await bootServer({ hall: Hall }, { dataDir });
    expect((await fetch(`${without.url}/v1/chat`)).status).toBe(404);
    const eve = await without.join("hall", { name: "Eve" });
    eve.send("chat.follow", { kind: "server", id: "general" });
    expect(await eve.message("refused")).toMatchObject({ code: "MESSAGE_UNKNOWN" });
    // The chat of the room is the room's own.
    eve.send("chat", { text: "hello" });
    expect(await eve.message("chat")).toMatchObject({ text: "hello" });
    // The rows stay, and are in the export as before.
    const token = await accessTokenOf(without.url, ann.token);
    const { more } = await callApi<{ more: Record<string, unknown[]> }>(
      without.url,
      "GET",
      "/v1/account/export",
      { accessToken: token },
    );
    expect(more.chat_line).toMatchObject([{ kind: "crew", text: "hello" }]);
    await without.close();
  } finally {
    await rm(project, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  }
});
