import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { slotsOf } from "../../../server/items/containers.ts";
import { book } from "../../../server/items/ledger.ts";
import { answerWithin, type Db, openDatabase } from "../../../server/storage/database.ts";
import { checkTables, migrate } from "../../../server/storage/migrate.ts";
import { newGuest, openIncarnation } from "../../helpers/characters.ts";
import { roomkeep } from "../../helpers/cli.ts";
import { missingPostgres, newPostgresDatabase, testLog } from "../../helpers/databases.ts";
import { startUnready } from "../../helpers/postgres.ts";
import { pgbouncerPath, startPgBouncer } from "./pgbouncer.ts";

const title = "a PostgreSQL of another kind";
const missing =
  missingPostgres ??
  (pgbouncerPath ? null : "pgbouncer is not installed (Debian: apt-get install pgbouncer)");
if (missing === null || process.env.CI === "true") describe(title, suite);
else {
  console.error(`\n!!! ${title}: not run: ${missing}\n`);
  describe.skip(title, () => it("is not run", () => {}));
}

function suite() {
  let url: string;
  let drop: () => Promise<void>;
  let admin: pg.Client;
  beforeAll(async () => {
    ({ url, close: drop } = await newPostgresDatabase());
    admin = new pg.Client({ connectionString: url });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await drop();
  });
  const open = async (at = url) => {
    const database = await openDatabase({ url: at, dataDir: "", log: testLog, poolSize: 3 });
    onTestFinished(() => database.close());
    return database;
  };
  /** A user of this test alone, as PostgreSQL makes one: no rights. */
  const asUser = async (name: string, options = "") => {
    await admin.query(`CREATE ROLE ${name} LOGIN ${options}`);
    onTestFinished(async () => {
      await admin.query(`DROP OWNED BY ${name}`);
      await admin.query(`DROP ROLE ${name}`);
    });
    const its = new URL(url);
    its.username = name;
    return its.href;
  };
  const schemas = async () => {
    const { rows } = await admin.query(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
    );
    return rows.map(({ table_name: name }) => name);
  };

  it("a table of another program is named, and nothing is changed; nor is anything by doctor's look", async () => {
    await admin.query("CREATE TABLE account (id int); CREATE TABLE migration (id int, name text)");
    await admin.query("INSERT INTO migration VALUES (1, 'TheirFirst')");
    onTestFinished(() => admin.query("DROP TABLE IF EXISTS account, migration").then(() => {}));
    const { ds } = await open();
    const named = { code: "DATABASE_FOREIGN", message: expect.stringContaining('"account", "migration"') };
    await expect(migrate(ds)).rejects.toMatchObject(named);
    await expect(checkTables(ds, ds.manager)).rejects.toMatchObject(named);
    expect((await schemas()).sort()).toEqual(["account", "migration"]);
  });

  it("a user who may not make tables is told what to ask for, and then it goes", async () => {
    const user = `rk_${process.pid}_maker`;
    const { ds } = await open(await asUser(user));
    await admin.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC"); // PostgreSQL 15 begins like this
    const grant = `GRANT USAGE, CREATE ON SCHEMA public TO ${user};`;
    const named = { code: "DATABASE_FORBIDDEN", message: expect.stringContaining(grant) };
    await expect(migrate(ds)).rejects.toMatchObject(named);
    expect(await schemas()).toEqual([]);
    await admin.query(grant);
    await migrate(ds);
    expect(await schemas()).toContain("character");
    await checkTables(ds, ds.manager);
  });

  it("why it does not take a connection is told, from the bottom of the error", async () => {
    const crowded = await asUser(`rk_${process.pid}_crowded`, "CONNECTION LIMIT 0");
    await expect(open(crowded)).rejects.toMatchObject({
      code: "DATABASE_UNAVAILABLE",
      message: expect.stringMatching(/too many connections for role .*\(53300\)/),
    });
  });

  it("one that starts up and takes nobody yet is named, by start and by doctor", async () => {
    const unready = await startUnready();
    if (!unready)
      throw new Error("initdb and postgres are not installed (Debian: apt-get install postgresql)");
    onTestFinished(() => unready.stop());
    const { url: at } = unready;
    await expect(open(at)).rejects.toMatchObject({
      code: "DATABASE_UNAVAILABLE",
      message: expect.stringMatching(/database system is .*\(57P03\)/),
    });
    const asked = roomkeep(["doctor"], { env: { DATABASE_URL: at, REDIS_URL: "" } });
    expect(await asked.ended, asked.output()).toBe(1);
    expect(asked.output()).toContain("(57P03)");
  });

  it("through PgBouncer by sessions, with its defaults: start and doctor connect alike, settings hold", async () => {
    const pooled = await startPgBouncer(url, "session");
    onTestFinished(() => pooled.close());
    const { ds } = await open(pooled.url);
    await migrate(ds);
    const [row] = await ds.query("SHOW idle_in_transaction_session_timeout");
    expect(row).toEqual({ idle_in_transaction_session_timeout: "8s" });
    const asked = roomkeep(["doctor"], { env: { DATABASE_URL: pooled.url, REDIS_URL: "" } });
    expect(await asked.ended, asked.output()).toBe(0);
    expect(asked.output()).toContain("✓ each connection keeps its own session");
    expect(asked.output()).toContain("✓ its tables are roomkeep's own");
  });

  describe("a connection that is lost between two statements", () => {
    const loseMine = async (db: Db) => {
      const [mine] = await db.query<{ pid: number }[]>("SELECT pg_backend_pid() AS pid");
      await admin.query("SELECT pg_terminate_backend($1)", [mine?.pid]);
    };

    it("is an outage, whatever TypeORM calls it", async () => {
      const { ds } = await open();
      const work = ds.transaction(async (tx) => {
        await loseMine(tx);
        await expect.poll(() => tx.queryRunner?.isReleased).toBe(true);
        await tx.query("SELECT 1");
      });
      const error = await answerWithin(work).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
      expect((error as Error).cause?.constructor.name).toMatch(/AlreadyReleasedError$/);
    });

    it("is booked again, once", async () => {
      const { ds } = await open();
      await migrate(ds);
      const { characterId } = await newGuest(ds);
      const owner = "the booker";
      const characters = await openIncarnation(ds, { incarnation: owner });
      onTestFinished(() => characters.close());
      const { epoch } = await characters.claim(characterId, { roomId: "plaza-1" });
      let tries = 0;
      const booked = await book(
        ds,
        { templates: {}, slotsOf },
        {
          requestId: "once",
          by: [{ characterId, epoch, owner }],
          reason: "test",
          payload: {},
          containers: [],
          change: () => null,
          also: async (db) => {
            tries += 1;
            if (tries === 1) await loseMine(db);
            return null;
          },
        },
      );
      expect([booked.ok, tries]).toEqual([true, 2]);
      const { rows } = await admin.query("SELECT count(*)::int AS count FROM request_result");
      expect(rows).toEqual([{ count: 1 }]);
    });
  });
}
