import { expect, test } from "vitest";
import { MIGRATIONS } from "../../../migrations/index.ts";
import { openAuth } from "../../../server/accounts/auth.ts";
import { hashOf } from "../../../server/accounts/secrets.ts";
import { openTokenKeys } from "../../../server/accounts/token-keys.ts";
import { type Database, openDatabase } from "../../../server/storage/database.ts";
import { migrate } from "../../../server/storage/migrate.ts";
import { describeOnEachDatabase, testLog } from "../../helpers/databases.ts";

async function tables({ ds }: Database): Promise<string[]> {
  const rows = await ds.query<{ name: string }[]>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
  );
  return rows.map(({ name }) => name);
}

async function pendingChanges({ ds }: Database): Promise<string[]> {
  const { upQueries } = await ds.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
}

async function undoAll({ ds }: Database): Promise<void> {
  for (const _ of MIGRATIONS) await ds.undoLastMigration();
}

const ALL_TABLES = [
  "account",
  "account_deletion",
  "account_identity",
  "alert",
  "audit_announced",
  "audit_entry",
  "audit_head",
  "audit_signature",
  "character",
  "cheat_flag",
  "client_error",
  "death_lock",
  "event_log",
  "item",
  "join_ticket",
  "kept_recording",
  "kill_count",
  "lasting_match",
  "lasting_match_seat",
  "ledger",
  "live_setting",
  "metric_history",
  "migration",
  "oidc_attempt",
  "operator_session",
  "operator_totp",
  "player_note",
  "refresh_token",
  "report",
  "request_result",
  "sanction",
  "setting",
  "setting_change",
  "sign_in",
  "vault",
  "zone_lease",
  "zone_quarantine",
  "zone_save",
];

describeOnEachDatabase("migrations", (open) => {
  test("make exactly what the entities declare", async () => {
    const database = await open();
    expect(await tables(database)).toEqual(ALL_TABLES);
    expect(await pendingChanges(database)).toEqual([]);
  });

  test("go up, down to nothing, and up again to the same", async () => {
    const database = await open();
    await undoAll(database);
    expect(await tables(database)).toEqual(["migration"]);
    expect(await database.ds.query("SELECT * FROM migration")).toEqual([]);
    await migrate(database.ds);
    expect(await tables(database)).toEqual(ALL_TABLES);
    expect(await pendingChanges(database)).toEqual([]);
  });

  test("keep a guest signed in who was there before there were refresh tokens, and back again", async () => {
    const database = await open();
    const { ds } = database;
    while ((await tables(database)).includes("sign_in")) await ds.undoLastMigration();
    const [id, token] = ["6f1a0d3e-8d0c-4c5b-9d1e-0a5b1c2d3e4f", "T".repeat(43)];
    await ds.query(
      "INSERT INTO account (id, kind, token_hash, recovery_hash) VALUES ($1, 'guest', $2, 'code')",
      [id, hashOf(token)],
    );
    await migrate(ds);
    const auth = openAuth(ds, await openTokenKeys(ds));
    const { accessToken } = await auth.refresh(token);
    expect((await auth.current(accessToken)).accountId).toBe(id);
    while ((await tables(database)).includes("sign_in")) await ds.undoLastMigration();
    const rows = await ds.query("SELECT id, kind, recovery_hash, length(token_hash) AS hash FROM account");
    expect(rows).toEqual([{ id, kind: "guest", recovery_hash: "code", hash: 64 }]);
    await migrate(ds);
    expect(await pendingChanges(database)).toEqual([]);
  });

  test("run once, however often a process starts", async () => {
    const { ds } = await open();
    await migrate(ds);
    expect(await ds.query("SELECT name FROM migration ORDER BY id")).toEqual(
      MIGRATIONS.map((migration) => ({ name: new migration().name })),
    );
  });

  test("wait for each other when two processes start at the same moment", async () => {
    const first = await open({ migrated: false });
    const url = first.ds.options.type === "postgres" ? first.ds.options.url : undefined;
    // The embedded database is one process's alone; there it is two calls.
    const second = url ? await openDatabase({ url, dataDir: "", log: testLog }) : first;
    try {
      await migrate(first.ds);
      await undoAll(first);
      await (url ? Promise.all([migrate(first.ds), migrate(second.ds)]) : migrate(first.ds));
      expect(await tables(first)).toEqual(ALL_TABLES);
    } finally {
      if (second !== first) await second.close();
    }
  });
});
