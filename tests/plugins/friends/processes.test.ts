import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import type { FriendList } from "../../../plugins/friends/index.ts";
import { type Cluster, describeCluster } from "../../helpers/cluster.ts";
import type { ServerProcess } from "../../helpers/server-process.ts";

const placesIn = (list: FriendList) => list.friends.map(({ name, where }) => [name, where?.game ?? null]);

describeCluster("friends in two processes", (open) => {
  let cluster: Cluster;
  let home: ServerProcess;
  let away: ServerProcess;
  let ann: TestPlayer;
  let bob: TestPlayer;
  beforeAll(async () => {
    cluster = await open();
    home = await cluster.start({ ROOMKEEP_FRIENDS_PRESENCE_MS: "200" });
    // Alone until the room is open, so that it is here.
    ann = await joinAs(home.url, "plaza", { name: "Ann", create: true });
    away = await cluster.start({ ROOMKEEP_FRIENDS_PRESENCE_MS: "200" });
    bob = await joinAs(away.url, "plaza", { name: "Bob", create: true });
  });
  afterAll(async () => {
    for (const player of [ann, bob]) player?.stop();
    await cluster.close();
  });

  const ask = async <T>(player: TestPlayer, url: string, method: string, path: string, body?: unknown) =>
    callApi<T>(url, method, `/v1/friends${path}`, {
      accessToken: await accessTokenOf(url, player.token),
      body,
    });
  const list = (player: TestPlayer, url: string) => ask<FriendList>(player, url, "GET", "");
  const outcomeOf = async (from: TestPlayer, to: TestPlayer, text: string) => {
    const sent = from.message<{ outcome: string }>("whisper.sent");
    from.send("whisper", { to: to.characterId, text });
    return (await sent).outcome;
  };
  let bobsId = "";

  it("hear of each other, and see where the other plays, at once", async () => {
    const { code } = await list(bob, away.url);
    const asked = bob.message("friends.changed");
    await ask(ann, home.url, "POST", "/requests", { code });
    await asked;
    const [from] = (await list(bob, home.url)).received;
    const accepted = ann.message("friends.changed");
    await ask(bob, away.url, "POST", `/requests/${from?.account}/accept`);
    await accepted;
    expect(placesIn(await list(ann, away.url))).toEqual([["Bob", "plaza"]]);
    bobsId = (await list(ann, home.url)).friends[0]?.account ?? "";
    expect(await ask(ann, home.url, "POST", `/${bobsId}/join`)).toEqual({
      game: "plaza",
      code: bob.room.roomId,
    });
  });

  it("are blocked in the room of another process as soon as it is answered, and unblocked", async () => {
    expect(await outcomeOf(bob, ann, "hello")).toBe("delivered");
    // The process that answers is not the one where Ann plays.
    await ask(ann, away.url, "POST", "/blocks", { account: bobsId });
    expect(await outcomeOf(bob, ann, "secret")).toBe("offline");
    await ask(ann, away.url, "DELETE", `/blocks/${bobsId}`);
    expect(await outcomeOf(bob, ann, "peace")).toBe("delivered");
    // Her line and the answer to him come over two sockets: either may be first.
    const heard = () => ((ann.received.get("whisper") ?? []) as { text: string }[]).map(({ text }) => text);
    await ann.until("the last whisper", () => heard().includes("peace"));
    expect(heard()).toEqual(["hello", "peace"]);
  });

  it("are in no room once their process was killed", async () => {
    await ask(ann, home.url, "POST", "/requests", { account: bobsId });
    const [from] = (await list(bob, home.url)).received;
    await ask(bob, home.url, "POST", `/requests/${from?.account}/accept`);
    expect(placesIn(await list(ann, home.url))).toEqual([["Bob", "plaza"]]);
    bob.stop();
    await away.end("SIGKILL");
    await expect.poll(async () => placesIn(await list(ann, home.url))).toEqual([["Bob", null]]);
    await expect
      .poll(() => ask(ann, home.url, "POST", `/${bobsId}/join`).catch(({ code }) => code))
      .toBe("FRIEND_AWAY");
  });

  it("are asked though Redis is away: lists are there, and places are not known", async () => {
    // Frozen: it takes the questions, and answers none. A shared one is left alone.
    const { pid } = cluster.redis;
    if (pid === undefined) return;
    process.kill(pid, "SIGSTOP");
    expect(await list(ann, home.url)).toMatchObject({ friends: [{ where: null }], presenceKnown: false });
    const refused = ask(ann, home.url, "POST", `/${bobsId}/join`).catch(({ code }) => code);
    expect(await refused).toBe("REDIS_UNAVAILABLE");
    await ask(ann, home.url, "DELETE", `/${bobsId}`);
    expect((await list(ann, home.url)).friends).toEqual([]);
  });
});
