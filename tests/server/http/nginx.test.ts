import "../../helpers/sdk/ws-client.ts";

import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { CLOSE } from "roomkeep/shared";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { guardRequests } from "../../../server/http/request-guard.ts";
import { type Cluster, describeCluster } from "../../helpers/cluster.ts";
import { guideConfig, nginxPath, startNginx } from "../../helpers/nginx.ts";
import { freePort } from "../../helpers/postgres.ts";
import type { ServerProcess } from "../../helpers/server-process.ts";

const socketOf = ({ room }: TestPlayer) =>
  (room.connection.transport as unknown as { ws: { url: string; terminate(): void } }).ws;
const wayOf = (player: TestPlayer) => new URL(socketOf(player).url).pathname.split("/")[1];

/** nginx as the guide has it, without the certificate, in front of two ports. */
async function openGuide(first: number, second: number) {
  const [port, plain] = [await freePort(), await freePort()];
  const config = guideConfig({
    "10.0.0.11:2567": `127.0.0.1:${first}`,
    "10.0.0.12:2567": `127.0.0.1:${second}`,
    "listen 80;": `listen 127.0.0.1:${plain};`,
    "listen 443 ssl;": `listen 127.0.0.1:${port};`,
    "ssl_certificate     /etc/nginx/game.crt;": "",
    "ssl_certificate_key /etc/nginx/game.key;": "",
    "game.example.com": "127.0.0.1",
  });
  const nginx = await startNginx(config, port);
  return { nginx, port, url: `http://127.0.0.1:${port}`, plain: `http://127.0.0.1:${plain}` };
}

/**
 * Two processes behind the guide's nginx: one as `first` has it, and one that answers. Both count what
 * reaches them.
 */
async function openTwo(first: "starts" | "breaks off") {
  const reached = { first: 0, second: 0 };
  const open = async (name: keyof typeof reached, answer: RequestListener) => {
    const http = createServer(answer);
    const door = guardRequests(http, pino({ enabled: false }), 1);
    http.on("connection", (socket) => socket.on("data", () => reached[name]++));
    if (name === "second" || first === "breaks off") door.open();
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void http.close());
    return (http.address() as AddressInfo).port;
  };
  const guide = await openGuide(
    await open("first", (request) => request.socket.destroy()),
    await open("second", (request, response) => request.pipe(response)),
  );
  onTestFinished(() => guide.nginx.close());
  return { ...guide, reached };
}

const title = "behind nginx, as the guide has it";
if (nginxPath || process.env.CI === "true") {
  describeCluster(title, suite);
  describe(title, oneThatStarts);
} else {
  console.error(`\n!!! ${title}: not run: nginx is not installed (Debian: apt-get install nginx-light)\n`);
  describe.skip(title, () => it("is not run", () => {}));
}

function oneThatStarts() {
  it.each(["/v1/tickets", "/matchmake/joinById/CODE"])(
    "a POST to %s that a starting process answers with 503 is asked of another one, body and all",
    async (path) => {
      const { url, reached } = await openTwo("starts");
      const answer = await fetch(url + path, { method: "POST", body: '{"ticket":"T"}' });
      expect([answer.status, await answer.text()]).toEqual([200, '{"ticket":"T"}']);
      expect(reached).toEqual({ first: expect.any(Number), second: 1 });
      expect(reached.first).toBeGreaterThan(0);
    },
  );

  it("a POST without an answer is not: it may have been carried out", async () => {
    const { url, reached } = await openTwo("breaks off");
    expect((await fetch(`${url}/v1/tickets`, { method: "POST", body: "{}" })).status).toBe(502);
    expect(reached).toEqual({ first: 1, second: 0 });
  });

  it("no log has the query of an address, whether the request went well or not", async () => {
    const { url, nginx } = await openTwo("breaks off");
    const secret = "sessionId=SECRET&reconnectionToken=SECRET";
    expect((await fetch(`${url}/p2/ROOM?${secret}`)).status).toBe(200);
    expect((await fetch(`${url}/p1/ROOM?${secret}`)).status).toBe(502);
    await expect.poll(() => nginx.logged()).toMatch(/GET \/p2\/ROOM" 200[\s\S]*GET \/p1\/ROOM" 502/);
    expect(nginx.logged()).not.toContain("SECRET");
  });

  it("any other POST is told 503, and a GET is asked elsewhere", async () => {
    const { url } = await openTwo("starts");
    expect((await fetch(`${url}/v1/token`, { method: "POST", body: "{}" })).status).toBe(503);
    expect((await fetch(`${url}/v1/games`)).status).toBe(200);
    expect((await fetch(`${url}/v1/games`)).status).toBe(200);
  });

  it("who comes by http is sent to https", async () => {
    const { plain } = await openTwo("starts");
    const answer = await fetch(`${plain}/?room=ABCD`, { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([301, "https://127.0.0.1/?room=ABCD"]);
  });
}

function suite(open: () => Promise<Cluster>) {
  let cluster: Cluster;
  let nginx: Awaited<ReturnType<typeof startNginx>>;
  let url: string;
  let port: number;
  const processes = new Map<string, ServerProcess>();
  const players: TestPlayer[] = [];

  beforeAll(async () => {
    const [first, second] = [await freePort(), await freePort()];
    cluster = await open();
    ({ nginx, port, url } = await openGuide(first, second));
    const start = async (way: string, own: number) => {
      const env = { PORT: String(own), ROOMKEEP_TRUST_PROXY: "1" };
      const address = { ROOMKEEP_PUBLIC_ADDRESS: `127.0.0.1:${port}/${way}` };
      processes.set(way, await cluster.start({ ...env, ...address }));
    };
    await Promise.all([start("p1", first), start("p2", second)]);
  });
  afterAll(async () => {
    for (const player of players) player.stop();
    await nginx?.close();
    await cluster?.close();
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
    await ann.walk({ moveX: 127 }, 6);
    const { x } = ann.me();

    const arrived = ann.journey();
    await processes.get(home ?? "")?.end("SIGTERM");
    expect(await arrived).toBe("plaza");
    expect(wayOf(ann)).not.toBe(home);
    expect(ann.closed.get(roomId)).toBe(CLOSE.TRAVELLED);
    expect(ann.me().x).toBeCloseTo(x, 1);
    // The one that is gone is passed over, whoever is asked first.
    for (let n = 0; n < 3; n++) {
      const guest = await joinAs(url, "plaza", { name: `Guest ${n}` });
      players.push(guest);
      expect(guest.room.roomId).toBe(ann.room.roomId);
    }
  });
}
