import { CLOSE, type ServerMessages } from "roomkeep/shared";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { giveSanction } from "../../server/moderation/sanctions.ts";
import { type Database, openDatabase } from "../../server/storage/database.ts";
import { type Cluster, describeCluster } from "../helpers/cluster.ts";
import { testLog } from "../helpers/databases.ts";
import { type DeskOperator, deskOperator } from "../helpers/desk/operators.ts";
import type { ServerProcess } from "../helpers/server-process.ts";

describeCluster("a moderator in one process", (open) => {
  let cluster: Cluster;
  let database: Database;
  let home: ServerProcess;
  let away: ServerProcess;
  let operator: DeskOperator;
  const players: TestPlayer[] = [];

  beforeAll(async () => {
    cluster = await open();
    home = await cluster.start({ ROOMKEEP_APPEAL: "mail to appeals@example.org" });
    // Alone until the rooms are open, so that they are here.
    for (const name of ["Ann", "Bob"]) players.push(await joinAs(home.url, "plaza", { name, create: true }));
    away = await cluster.start();
    database = await openDatabase({ url: cluster.databaseUrl, dataDir: "", log: testLog });
    operator = await deskOperator(database.ds, away.url, "mod-ann", "moderator");
  }, 300_000);
  afterAll(async () => {
    for (const player of players) player.stop();
    await database?.close();
    await cluster.close();
  });

  const accountOf = async (player: TestPlayer | undefined): Promise<string> => {
    const rows = await database.ds.query<{ id: string }[]>(
      "SELECT account_id AS id FROM character WHERE id = $1",
      [player?.characterId],
    );
    return rows[0]?.id ?? "";
  };

  it("mutes and bans a player of another, who is told there", async () => {
    const [ann, bob] = players;
    if (!ann || !bob) throw new Error("nobody plays");
    const player = await accountOf(ann);
    const told = ann.message<ServerMessages["sanction"]>("sanction");
    const { status } = await operator.ask("/v1/admin/players/mute", { player, minutes: 5, reason: "caps" });
    expect(status).toBe(200);
    expect(await told).toMatchObject({ kind: "mute", reason: "caps", appeal: "mail to appeals@example.org" });
    const refused = ann.message<{ code: string }>("refused");
    ann.send("chat", { text: "hello" });
    expect((await refused).code).toBe("MUTED");
    // Through the other process too: the room of the ticket is found there.
    await ann.leave();
    const back = await joinAs(away.url, "plaza", { token: ann.token, code: bob.room.roomId });
    players.push(back);
    await back.until("the mute", () => back.received.has("sanction"));
    const again = back.message<{ code: string }>("refused");
    back.send("whisper", { to: bob.characterId, text: "hello" });
    expect((await again).code).toBe("MUTED");
    const answer = await operator.ask("/v1/admin/players/ban", { player, minutes: 5, reason: "enough" });
    expect(answer.status).toBe(200);
    await back.until("the end", () => back.closed.size > 0);
    expect([...back.closed.values()]).toEqual([CLOSE.BANNED]);
    for (const { url } of [home, away])
      expect(await joinAs(url, "plaza", { token: ann.token }).catch((error) => error)).toMatchObject({
        code: "BANNED",
      });
  });

  it("is obeyed though the message is lost: the next look finds what the database has", async () => {
    const [, bob] = players;
    const told = bob?.message<ServerMessages["sanction"]>("sanction", 60_000);
    // As by a command that reaches no process.
    await giveSanction(database.ds, {
      kind: "warn",
      target: { accountId: await accountOf(bob) },
      reason: "quietly",
      by: { name: "operator" },
    });
    expect(await told).toMatchObject({ kind: "warn", reason: "quietly" });
  });
});
