import { CLOSE } from "roomkeep/shared";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, describeCluster } from "../../helpers/cluster.ts";
import { guideConfig, nginxPath, startNginx } from "../../helpers/nginx.ts";
import { freePort } from "../../helpers/postgres.ts";
import type { ServerProcess } from "../../helpers/server-process.ts";

const socketOf = ({ room }: TestPlayer) =>
  (room.connection.transport as unknown as { ws: { url: string; terminate(): void } }).ws;
const wayOf = (player: TestPlayer) => new URL(socketOf(player).url).pathname.split("/")[1];

const title = "behind nginx, as the guide has it";
if (nginxPath || process.env.CI === "true") describeCluster(title, suite);
else {
  console.error(`\n!!! ${title}: not run: nginx is not installed (Debian: apt-get install nginx-light)\n`);
  describe.skip(title, () => it("is not run", () => {}));
}

function suite(open: () => Promise<Cluster>) {
  let cluster: Cluster;
  let nginx: Awaited<ReturnType<typeof startNginx>>;
  let url: string;
  const processes = new Map<string, ServerProcess>();
  const players: TestPlayer[] = [];

  beforeAll(async () => {
    const [port, first, second] = [await freePort(), await freePort(), await freePort()];
    url = `http://127.0.0.1:${port}`;
    cluster = await open();
    nginx = await startNginx(
      guideConfig({
        "10.0.0.11:2567": `127.0.0.1:${first}`,
        "10.0.0.12:2567": `127.0.0.1:${second}`,
        "listen 443 ssl;": `listen 127.0.0.1:${port};`,
        "ssl_certificate     /etc/nginx/game.crt;": "",
        "ssl_certificate_key /etc/nginx/game.key;": "",
        "game.example.com": "127.0.0.1",
      }),
      port,
    );
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
