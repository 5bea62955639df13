import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi, signIn } from "../../../bots/index.ts";
import type { TicketView } from "../../../plugins/matchmaking/index.ts";
import { type Cluster, describeCluster } from "../../helpers/cluster.ts";
import type { ServerProcess } from "../../helpers/server-process.ts";

const script = ["tests/plugins/matchmaking/matchmaking-server.ts"];

describeCluster("matches over two processes", (open) => {
  let cluster: Cluster;
  let home: ServerProcess;
  let away: ServerProcess;
  const players: TestPlayer[] = [];
  beforeAll(async () => {
    cluster = await open();
    home = await cluster.start({}, script);
    away = await cluster.start({}, script);
  });
  afterAll(async () => {
    for (const player of players) player.stop();
    await cluster.close();
  });

  interface Guest {
    readonly token: string;
  }
  const ask = async <T>(who: Guest, url: string, method: string, path: string, body?: unknown) =>
    callApi<T>(url, method, `/v1/matchmaking${path}`, {
      accessToken: await accessTokenOf(url, who.token),
      body,
    });
  const ticketOf = (who: Guest, url: string) => ask<TicketView>(who, url, "GET", "/ticket");
  const reaches = async (who: Guest, url: string, state: TicketView["state"]) => {
    await expect.poll(async () => (await ticketOf(who, url)).state, { interval: 1_000 }).toBe(state);
    return ticketOf(who, url);
  };
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => "done",
      (error: { code?: string }) => error.code,
    );

  it("queue a whole party by its leader, and tell its members in whichever process", async () => {
    const ann = await joinAs(home.url, "lobby", { name: "Ann", create: true });
    const bob = await joinAs(away.url, "lobby", { name: "Bob", code: ann.room.roomId });
    players.push(ann, bob);
    const invited = bob.message<{ party: string }>("party.invited");
    ann.send("party.invite", { to: bob.characterId });
    const { party } = await invited;
    const accepted = bob.message("party");
    bob.send("party.accept", { party });
    await accepted;
    expect(await codeOf(ask(bob, away.url, "POST", "/ticket", { queue: "coop" }))).toBe("PARTY_LEADER_ONLY");
    expect(await codeOf(ask(ann, home.url, "POST", "/ticket", { queue: "duel" }))).toBe(
      "QUEUE_PARTY_TOO_LARGE",
    );
    const told = bob.message("matchmaking.changed");
    await ask(ann, home.url, "POST", "/ticket", { queue: "coop" });
    await told;
    expect(await ticketOf(bob, away.url)).toMatchObject({ state: "waiting", party: 2 });
    expect(await codeOf(ask(ann, away.url, "POST", "/ticket", { queue: "coop" }))).toBe("QUEUE_MEMBER");
    await ask(bob, away.url, "DELETE", "/ticket");
    expect(await ticketOf(ann, away.url)).toMatchObject({ state: "none" });
  });

  it("outlive the process that matched them, and the one that was opening their room", async () => {
    const [kim, lee] = [await signIn(home.url, { name: "Kim" }), await signIn(home.url, { name: "Lee" })];
    await ask(kim, home.url, "POST", "/ticket", { queue: "duel" });
    await ask(lee, away.url, "POST", "/ticket", { queue: "duel" });
    const { match } = await reaches(kim, away.url, "ready");
    await ask(kim, home.url, "POST", `/matches/${match}/ready`);
    await home.end("SIGKILL");
    // All are ready: the room opens in the process that is left.
    await ask(lee, away.url, "POST", `/matches/${match}/ready`);
    const { code } = await reaches(kim, away.url, "open");
    const player = await joinAs(away.url, "arena", { token: kim.token, code: code ?? "" });
    players.push(player);
    expect(player.room.roomId).toBe(code);
    // The lease of the dead process runs out, and its queues go on here.
    const [max, mia] = [await signIn(away.url, { name: "Max" }), await signIn(away.url, { name: "Mia" })];
    for (const one of [max, mia]) await ask(one, away.url, "POST", "/ticket", { queue: "duel" });
    await reaches(max, away.url, "ready");
  });
});
