import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { games } from "../../../server/main.ts";
import { missingPostgres, newPostgresDatabase } from "../../helpers/databases.ts";

/** A line to PostgreSQL that a test can take away: connections are cut, and new ones refused. */
async function openLine(target: URL) {
  let server: Server;
  const sockets = new Set<Socket>();
  let port = 0;
  const open = () =>
    new Promise<void>((done) => {
      server = createServer((near) => {
        const far = connect(Number(target.port || 5432), target.hostname);
        for (const [one, other] of [
          [near, far],
          [far, near],
        ] as const) {
          sockets.add(one);
          one.on("error", () => {}).on("close", () => other.destroy());
        }
        near.pipe(far).pipe(near);
      }).listen(port, "127.0.0.1", () => {
        port = (server.address() as { port: number }).port;
        done();
      });
    });
  const cut = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    });
  await open();
  const url = new URL(target);
  url.host = `127.0.0.1:${port}`;
  return { url: url.href, open, cut };
}

describe.skipIf(missingPostgres !== null && process.env.CI !== "true")(
  "PostgreSQL away while somebody leaves",
  () => {
    let database: Awaited<ReturnType<typeof newPostgresDatabase>>;
    let line: Awaited<ReturnType<typeof openLine>>;
    let world: TestServer;
    let direct: pg.Client;
    const dataDir = mkdtempSync(join(tmpdir(), "roomkeep-outage-"));
    beforeAll(async () => {
      database = await newPostgresDatabase();
      line = await openLine(new URL(database.url));
      world = await bootServer(games, { env: { DATABASE_URL: line.url }, dataDir });
      direct = new pg.Client({ connectionString: database.url });
      await direct.connect();
    });
    afterAll(async () => {
      await world.close();
      await line.cut();
      await direct.end();
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    });

    test("the place where the player stood waits on the disk and is saved when PostgreSQL is back", async () => {
      const ann = await world.join("plaza", { name: "Ann" });
      await ann.walk({ moveX: 127 }, 10);
      const { x } = ann.me();
      await line.cut();
      await ann.leave();
      const waiting = () => readdirSync(join(dataDir, "spool")).filter((name) => name.endsWith(".json"));
      await expect.poll(waiting).toHaveLength(1);
      await line.open();
      await expect.poll(waiting).toEqual([]);
      const { rows } = await direct.query("SELECT owner, state FROM character WHERE id = $1", [
        ann.characterId,
      ]);
      expect(rows[0].owner).toBeNull();
      expect(rows[0].state.places.plaza.x).toBeCloseTo(x, 4);
    });
  },
);
