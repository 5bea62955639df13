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
import { groups } from "../../../plugins/groups/index.ts";
import { deleteAccount } from "../../../server/accounts/privacy/account-deletion.ts";
import { layDatabase } from "../../helpers/server-process.ts";

class Hall extends WorldRoom {
  override state = new WorldState();
}
const root = fileURLToPath(new URL("../../..", import.meta.url));

it("is used by another plugin as its page says, without friends too, and leaves a server without it that starts", async () => {
  const page = await readFile(join(root, "plugins/groups/README.md"), "utf8");
  const [, code = ""] = /```ts\n(import .*?)\n```/s.exec(page) ?? [];
  const project = await mkdtemp(join(root, "tests/plugins/groups/.readme-"));
  const dataDir = await mkdtemp(join(tmpdir(), "roomkeep-groups-"));
  try {
    await writeFile(join(project, "index.ts"), code);
    const { guildHall } = (await import(/* @vite-ignore */ join(project, "index.ts"))) as {
      guildHall: AnyPlugin;
    };
    await layDatabase(join(dataDir, "database"));
    const world = await bootServer({ hall: Hall }, { plugins: [guildHall, groups], dataDir });
    const [ann, bob] = [await world.join("hall", { name: "Ann" }), await world.join("hall", { name: "Bob" })];
    const ask = async (player: typeof ann, method: string, path: string, body?: unknown) =>
      callApi<{ id: string }>(world.url, method, `/v1/${path}`, {
        accessToken: await accessTokenOf(world.url, player.token),
        body,
      });
    const { id } = await ask(ann, "POST", "groups", { name: "Guild", access: "open" });
    expect(await ask(ann, "GET", "guild-hall")).toEqual({ mates: 0, joined: 1 });
    await ask(bob, "POST", `groups/${id}/requests`);
    expect(await ask(ann, "GET", "guild-hall")).toEqual({ mates: 1, joined: 2 });
    const { ds } = world.server.foundation.database;
    const [{ id: annsId }] = await ds.query("SELECT account_id AS id FROM character WHERE id = $1", [
      ann.characterId,
    ]);
    for (const one of [ann, bob]) await one.leave();
    await world.close();

    const without = await bootServer({ hall: Hall }, { dataDir });
    expect((await fetch(`${without.url}/v1/groups`)).status).toBe(404);
    const eve = await without.join("hall", { name: "Eve" });
    eve.send("groups.invite", { group: id, who: "x" });
    expect(await eve.message("refused")).toMatchObject({ code: "MESSAGE_UNKNOWN" });
    // The rows stay, are in the export as before, and a lead passes on as before.
    const token = await accessTokenOf(without.url, ann.token);
    const { more } = await callApi<{ more: Record<string, unknown[]> }>(
      without.url,
      "GET",
      "/v1/account/export",
      { accessToken: token },
    );
    expect(more.group_member).toMatchObject([{ group_id: id, role: "leader" }]);
    const rows = without.server.foundation.database.ds;
    await expect
      .poll(() =>
        deleteAccount(rows, annsId).then(
          () => "done",
          () => "live",
        ),
      )
      .toBe("done");
    expect(await rows.query("SELECT role FROM group_member WHERE group_id = $1", [id])).toEqual([
      { role: "leader" },
    ]);
    await eve.leave();
    await without.close();
  } finally {
    await rm(project, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  }
});
