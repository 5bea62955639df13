import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Running, roomkeep } from "../helpers/cli.ts";
import { describeWithPostgresAndRedis } from "../helpers/cluster.ts";
import { newPostgresDatabase } from "../helpers/databases.ts";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describeWithPostgresAndRedis("roomkeep dev --cluster 2", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "roomkeep-dev-cluster-"));
  let database: Awaited<ReturnType<typeof newPostgresDatabase>>;
  let running: Running;
  let url = "";
  let ports: number[] = [];
  const players: TestPlayer[] = [];

  beforeAll(async () => {
    database = await newPostgresDatabase();
    // A port of the whole cluster: its processes must not take it.
    const env = {
      PORT: String(await freePort()),
      DATABASE_URL: database.url,
      REDIS_URL: "",
      ROOMKEEP_DATA_DIR: dataDir,
    };
    running = roomkeep(["dev", "--cluster", "2"], { env });
    url = (await running.says(/a cluster of 2 is running\s+(\S+)/, 110_000))[1] ?? "";
    ports = [...running.output().matchAll(/(?:one|two) http:\/\/127\.0\.0\.1:(\d+)/g)].map(([, port]) =>
      Number(port),
    );
  });
  afterAll(async () => {
    for (const player of players) player.stop();
    await running.stop();
    await database.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("one address leads to the process of each seat, and to the page", async () => {
    const addresses = new Set<string>();
    // Placement sends rooms to whoever is less busy, which may be one and the same for a while.
    for (let n = 0; n < 30 && addresses.size < 2; n++) {
      const player = await joinAs(url, "plaza", { name: `Host ${n}`, create: true });
      players.push(player);
      const socket = new URL((player.room.connection.transport as unknown as { ws: { url: string } }).ws.url);
      expect(socket.port).toBe(new URL(url).port);
      addresses.add(socket.pathname.split("/")[1] ?? "");
    }
    expect(addresses.size).toBe(2);
    const page = await fetch(url, { headers: { accept: "text/html" } }).then((answer) => answer.text());
    expect(page).toContain("/@vite/client");
    const away = await fetch(`${url}/v1/rooms/ZZZZ`);
    expect([away.status, await away.json()]).toMatchObject([404, { code: "ROOM_UNKNOWN" }]);
  });

  it("each line of the log names its process", () => {
    expect(running.output()).toMatch(/^one {3}│ .*room opened/m);
    expect(running.output()).toMatch(/^two {3}│ .*room opened/m);
  });

  it("Ctrl-C stops all of them and leaves nothing", async () => {
    expect(ports).toHaveLength(2);
    running.child.kill("SIGINT");
    expect(await running.ended).toBe(0);
    for (const port of [...ports, Number(new URL(url).port)]) {
      await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
    }
    for (const name of ["one", "two"])
      expect(running.output()).toMatch(new RegExp(`^${name} .*"stopped"`, "m"));
  });
});

it("says what --cluster takes", async () => {
  const asked = roomkeep(["dev", "--cluster", "1"]);
  expect(await asked.ended).toBe(1);
  expect(asked.output()).toContain("CONFIG_INVALID: --cluster takes a number of processes from 2 to 8.");
});
