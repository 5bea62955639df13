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
import { type NotificationList, notifications } from "../../../plugins/notifications/index.ts";
import { layDatabase } from "../../helpers/server-process.ts";

class Hall extends WorldRoom {
  override state = new WorldState();
}
const root = fileURLToPath(new URL("../../..", import.meta.url));

it("is used by another plugin as its page says, and leaves a server without it that starts and exports", async () => {
  const page = await readFile(join(root, "plugins/notifications/README.md"), "utf8");
  const [, code = ""] = /```ts\n(import .*?)\n```/s.exec(page) ?? [];
  const project = await mkdtemp(join(root, "tests/plugins/notifications/.readme-"));
  const dataDir = await mkdtemp(join(tmpdir(), "roomkeep-notifications-"));
  try {
    await writeFile(join(project, "index.ts"), code);
    const { greetings } = (await import(/* @vite-ignore */ join(project, "index.ts"))) as {
      greetings: AnyPlugin;
    };
    const plugins = [greetings, notifications, friends] as unknown as AnyPlugin[];
    await layDatabase(join(dataDir, "database"));
    const world = await bootServer({ hall: Hall }, { plugins, dataDir });
    const [ann, bob] = [await world.join("hall", { name: "Ann" }), await world.join("hall", { name: "Bob" })];
    const accountOf = ({ room }: typeof ann) =>
      world.room(room.roomId).players.get(room.sessionId)!.claim.sheet.accountId;
    const b = accountOf(bob);
    const accessToken = await accessTokenOf(world.url, ann.token);
    const greet = () => callApi(world.url, "POST", `/v1/greetings/${b}`, { accessToken });
    expect(await greet()).toEqual({ sent: true });
    expect(await greet()).toEqual({ sent: false });
    const list = await callApi<NotificationList>(world.url, "GET", "/v1/notifications", {
      accessToken: await accessTokenOf(world.url, bob.token),
    });
    expect(list.notifications.map(({ text }) => text)).toEqual(["Ann greets you."]);
    // A room finds it where the server has it.
    const room = world.room<Hall>(ann.room.roomId);
    expect(room.findPlugin(notifications)?.settings.keptMax).toBe(200);
    await world.close();

    const without = await bootServer({ hall: Hall }, { dataDir, plugins: [friends as unknown as AnyPlugin] });
    expect((await fetch(`${without.url}/v1/notifications`)).status).toBe(404);
    expect((await fetch(`${without.url}/v1/notifications/worker`)).status).toBe(404);
    const [eve, kim] = [
      await without.join("hall", { name: "Eve" }),
      await without.join("hall", { name: "Kim" }),
    ];
    expect(without.room<Hall>(eve.room.roomId).findPlugin(notifications)).toBeUndefined();
    // Friends go on without it.
    eve.send("friends.request", { who: kim.room.sessionId });
    await kim.message("friends.changed");
    // The rows stay, and are in the export as before.
    const { more } = await callApi<{ more: Record<string, unknown[]> }>(
      without.url,
      "GET",
      "/v1/account/export",
      { accessToken: await accessTokenOf(without.url, bob.token) },
    );
    expect(more.notification).toMatchObject([{ kind: "greetings.greeted" }]);
    await without.close();
  } finally {
    await rm(project, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  }
});
