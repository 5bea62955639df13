import "../../helpers/sdk/ws-client.ts";

import { CLOSE } from "roomkeep/shared";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Cluster, describeCluster } from "../../helpers/cluster.ts";
import { freePort } from "../../helpers/postgres.ts";
import type { ServerProcess } from "../../helpers/server-process.ts";
import { guideSettings, haproxyPath, startHaproxy } from "./haproxy.ts";

/** HAProxy with what the guide says to set, in front of two processes, each with a path of its own. */
function configOf(port: number, first: number, second: number): string {
  const settings = guideSettings();
  const ofRequests = settings.filter((line) => line.startsWith("http-request"));
  const others = settings.filter((line) => !line.startsWith("http-request"));
  const way = (name: string, own: number) =>
    [`backend ${name}`, `http-request replace-path /${name}/(.*) /\\1`, `server s 127.0.0.1:${own}`].join(
      "\n",
    );
  return `global
maxconn 500
defaults
mode http
timeout connect 2s
timeout client 1h
timeout server 1h
${others.join("\n")}
frontend game
bind 127.0.0.1:${port}
${ofRequests.join("\n")}
use_backend p1 if { path_beg /p1/ }
use_backend p2 if { path_beg /p2/ }
default_backend any
backend any
balance roundrobin
server one 127.0.0.1:${first} check inter 500 fall 1 rise 1
server two 127.0.0.1:${second} check inter 500 fall 1 rise 1
${way("p1", first)}
${way("p2", second)}
`;
}

/** Two processes start on a machine that may be busy. */
const SLOW = { timeout: 60_000, interval: 50 };

const title = "behind HAProxy, with what the guide sets";
if (haproxyPath || process.env.CI === "true") describeCluster(title, suite);
else {
  console.error(`\n!!! ${title}: not run: haproxy is not installed (Debian: apt-get install haproxy)\n`);
  describe.skip(title, () => it("is not run", () => {}));
}

function suite(open: () => Promise<Cluster>) {
  let cluster: Cluster;
  let haproxy: Awaited<ReturnType<typeof startHaproxy>>;
  let url: string;
  const processes = new Map<string, ServerProcess>();
  const players: TestPlayer[] = [];
  const socketOf = ({ room }: TestPlayer) =>
    (room.connection.transport as unknown as { ws: { url: string; terminate(): void } }).ws;
  const wayOf = (player: TestPlayer) => new URL(socketOf(player).url).pathname.split("/")[1] ?? "";

  beforeAll(async () => {
    const [port, first, second] = [await freePort(), await freePort(), await freePort()];
    url = `http://127.0.0.1:${port}`;
    cluster = await open();
    const start = async (way: string, own: number) => {
      const address = { ROOMKEEP_PUBLIC_ADDRESS: `127.0.0.1:${port}/${way}` };
      const env = { PORT: String(own), ROOMKEEP_TRUST_PROXY: "1", ...address };
      processes.set(way, await cluster.start(env));
    };
    await Promise.all([start("p1", first), start("p2", second)]);
    haproxy = await startHaproxy(configOf(port, first, second), port);
    // Both are known to be ready.
    await vi.waitFor(async () => expect((await fetch(`${url}/ready`)).status).toBe(200), SLOW);
  });
  afterAll(async () => {
    for (const player of players) player.stop();
    await haproxy?.close();
    await cluster?.close();
  });

  it("the server knows who came by https, and believes no address that a client claims", async () => {
    const headers = { "x-forwarded-for": "6.6.6.6", "x-forwarded-proto": "http" };
    const answer = await fetch(`${url}/health`, { headers });
    expect([answer.status, answer.headers.get("strict-transport-security")]).toEqual([
      200,
      expect.stringContaining("max-age="),
    ]);
  });

  it("players join, come back to their seat, and are carried to the other process when theirs stops", async () => {
    const ann = await joinAs(url, "plaza", { name: "Ann" });
    players.push(ann);
    const home = wayOf(ann);
    expect([...processes.keys()]).toContain(home);
    const { roomId, sessionId } = ann.room;
    ann.room.reconnection.minUptime = 0;
    const back = new Promise((done) => ann.room.onReconnect(() => done(true)));
    socketOf(ann).terminate();
    expect(await back).toBe(true);
    expect([wayOf(ann), ann.room.sessionId]).toEqual([home, sessionId]);
    const arrived = ann.journey(60_000);
    await processes.get(home)?.end("SIGTERM");
    expect(await arrived).toBe("plaza");
    expect(wayOf(ann)).not.toBe(home);
    expect(ann.closed.get(roomId)).toBe(CLOSE.TRAVELLED);
    // The one that is gone is passed over once HAProxy has asked it for its health.
    const guest = async () => {
      const one = await joinAs(url, "plaza", { name: "Guest" });
      players.push(one);
      return one.room.roomId;
    };
    await expect.poll(() => guest().catch(String)).toBe(ann.room.roomId);
  });
}
