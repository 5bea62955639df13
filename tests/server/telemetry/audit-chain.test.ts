import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EntityManager } from "typeorm";
import { afterAll, expect, test } from "vitest";
import { chainAnew } from "../../../drills/audit/tamper.ts";
import { applyRetention } from "../../../server/storage/retention.ts";
import { openAudit } from "../../../server/telemetry/audit.ts";
import { type AuditKey, openAuditKey } from "../../../server/telemetry/audit-chain/audit-key.ts";
import { appendToChain } from "../../../server/telemetry/audit-chain/chain.ts";
import { openHeadSigner, readHead, signHead } from "../../../server/telemetry/audit-chain/sign-heads.ts";
import { type ChainReport, verifyChain } from "../../../server/telemetry/audit-chain/verify-chain.ts";
import { describeOnEachDatabase, testLog } from "../../helpers/databases.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-chain-"));
  folders.push(folder);
  return folder;
};

const ACCOUNT = "17958827-7c27-4c07-ad6e-46cef978142e";
const given = (n: number) => ({
  ...{ caller: "operator ann", role: "admin" as const, game: "tag", roomId: "ABCD", outcome: "done" },
  ...{ account: n % 2 ? ACCOUNT : undefined, character: undefined, line: `/kick ${n} "ü\u{1f600}"` },
});

const COPY = `INSERT INTO audit_entry (id, at, caller, role, game, room_id, line, outcome, seq, prev, hash)
  SELECT '00000000-0000-4000-8000-000000000000', at, caller, role, game, room_id, line, outcome`;
const sql = (...statements: string[]) => {
  return async (db: EntityManager) => {
    for (const statement of statements) await db.query(statement);
  };
};
/** A tampering, the number of the first entry that is concerned, and what is said of it. */
const TAMPERINGS: Record<
  string,
  [(db: EntityManager) => Promise<void>, number, ChainReport["fault"] & object]
> = Object.fromEntries(
  (
    [
      ["a line is edited", sql("UPDATE audit_entry SET line = '/kick' WHERE seq = 7"), 7, "changed"],
      [
        "a time is edited by a microsecond",
        sql("UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE seq = 7"),
        7,
        "changed",
      ],
      [
        "the one it was done to is edited",
        sql(`UPDATE audit_entry SET concerns = '${ACCOUNT}' WHERE seq = 7`),
        7,
        "changed",
      ],
      ["an entry is deleted", sql("DELETE FROM audit_entry WHERE seq = 7"), 7, "missing"],
      ["some are deleted", sql("DELETE FROM audit_entry WHERE seq BETWEEN 7 AND 9"), 7, "missing"],
      ["the first is deleted", sql("DELETE FROM audit_entry WHERE seq = 1"), 1, "missing"],
      [
        "the first are deleted as if they had run out",
        sql("DELETE FROM audit_entry WHERE seq < 11", "UPDATE audit_head SET kept_from = 11"),
        10,
        "missing",
      ],
      [
        "two are swapped",
        sql(
          "UPDATE audit_entry SET seq = 0 WHERE seq = 7",
          "UPDATE audit_entry SET seq = 7 WHERE seq = 9",
          "UPDATE audit_entry SET seq = 9 WHERE seq = 0",
        ),
        7,
        "changed",
      ],
      ["the last are cut off", sql("DELETE FROM audit_entry WHERE seq > 18"), 19, "cut off"],
      [
        "the last are cut off, and the head put back",
        sql(
          "DELETE FROM audit_entry WHERE seq > 18",
          "UPDATE audit_head SET seq = 18, hash = (SELECT hash FROM audit_entry WHERE seq = 18)",
          "DELETE FROM audit_signature",
        ),
        19,
        "cut off",
      ],
      [
        "all is deleted",
        sql(
          "DELETE FROM audit_entry",
          "UPDATE audit_head SET seq = 0, hash = repeat('0', 64)",
          "DELETE FROM audit_signature",
        ),
        1,
        "cut off",
      ],
      [
        "one is inserted at the end",
        sql(`${COPY}, 21, hash, hash FROM audit_entry WHERE seq = 20`),
        21,
        "changed",
      ],
      [
        "one is inserted before the first",
        sql(`${COPY}, 0, hash, hash FROM audit_entry WHERE seq = 1`),
        0,
        "inserted",
      ],
      [
        "one is inserted in between, and the rest numbered and hashed anew",
        async (db: EntityManager) => {
          await db.query("UPDATE audit_entry SET seq = seq + 1000 WHERE seq > 6");
          await db.query(`${COPY}, 7, hash, hash FROM audit_entry WHERE seq = 6`);
          await chainAnew(db);
        },
        10,
        "changed",
      ],
      [
        "one is edited, and the rest hashed anew",
        async (db: EntityManager) => {
          await db.query("UPDATE audit_entry SET line = '/kick' WHERE seq = 7");
          await chainAnew(db);
        },
        10,
        "changed",
      ],
      ["the head is deleted", sql("DELETE FROM audit_head"), 20, "missing"],
      [
        "a signature is forged",
        sql("UPDATE audit_signature SET hash = repeat('0', 64) WHERE seq = 10"),
        10,
        "signature",
      ],
    ] as const
  ).map(([name, tamper, seq, kind]) => [name, [tamper, seq, kind as never]]),
);

describeOnEachDatabase("the chain of the audit log", (open) => {
  async function filled() {
    const { ds } = await open();
    const dataDir = newFolder();
    const key = await openAuditKey(dataDir, undefined);
    const place = { dataDir, key };
    const audit = openAudit(ds, testLog);
    const signer = openHeadSigner(ds, place, testLog);
    for (let n = 1; n <= 20; n++) {
      await audit.note(given(n));
      if (n === 10) await signer.sign();
    }
    await signer.close();
    await audit.close();
    return { ds, place, dataDir };
  }
  const verify = (ds: Awaited<ReturnType<typeof filled>>["ds"], place: { dataDir: string; key: AuditKey }) =>
    ds.transaction((db) => verifyChain(db, place));

  test("is whole, whoever writes at the same time", async () => {
    const { ds, place } = await filled();
    const writers = [openAudit(ds, testLog), openAudit(ds, testLog)];
    await Promise.all(Array.from({ length: 60 }, (_, n) => writers[n % 2]?.note(given(n))));
    await Promise.all(writers.map((audit) => audit.close()));
    expect(await verify(ds, place)).toEqual({ entries: 80, heads: 4, foreignHeads: 0, restarts: 0 });
  });

  test("takes an entry once, whose first answer was lost", async () => {
    const { ds, place } = await filled();
    const entry = {
      ...given(1),
      ...{ id: "00000000-0000-4000-8000-000000000001", at: new Date() },
      ...{ account: null, character: null, operation: null, concerns: null },
    };
    for (let again = 0; again < 3; again++) await ds.transaction((db) => appendToChain(db, [entry], true));
    expect(await verify(ds, place)).toMatchObject({ entries: 21 });
  });

  test("shows each kind of tampering, by a superuser too, and names the first entry", async () => {
    const { ds, place } = await filled();
    expect(await verify(ds, place)).toEqual({ entries: 20, heads: 4, foreignHeads: 0, restarts: 0 });
    const undo = new Error("undo");
    for (const [name, [tamper, seq, kind]] of Object.entries(TAMPERINGS)) {
      let report: ChainReport | undefined;
      await ds
        .transaction(async (db) => {
          await tamper(db);
          report = await verifyChain(db, place);
          throw undo;
        })
        .catch((error) => expect(error).toBe(undo));
      expect([name, report?.fault?.seq, report?.fault?.kind]).toEqual([name, seq, kind]);
    }
    expect(await verify(ds, place)).toEqual({ entries: 20, heads: 4, foreignHeads: 0, restarts: 0 });
  });

  test("has its key and heads in the data folder, for the own user, and nothing of the key in the database", async () => {
    const { ds, place, dataDir } = await filled();
    const secret = readFileSync(join(dataDir, "audit.key"), "utf8").trim();
    expect(secret.length).toBeGreaterThan(40);
    for (const file of ["audit.key", "audit-heads.jsonl"])
      expect((statSync(join(dataDir, file)).mode & 0o777).toString(8)).toBe("600");
    for (const table of ["setting", "audit_signature", "audit_head"])
      expect(JSON.stringify(await ds.query(`SELECT * FROM ${table}`))).not.toContain(secret);
    // Heads of another folder are told, and not taken for ours.
    const other = newFolder();
    const elsewhere = { dataDir: other, key: await openAuditKey(other, undefined) };
    expect(await verify(ds, elsewhere)).toEqual({ entries: 20, heads: 0, foreignHeads: 2, restarts: 0 });
    // A line that was broken off by a crash is none; a damaged one is told.
    appendFileSync(join(dataDir, "audit-heads.jsonl"), '{"kind":"head","seq":');
    expect((await verify(ds, place)).fault).toBeUndefined();
    const head = await readHead(ds);
    if (head) await signHead(ds, place, head, "head");
    expect(await verify(ds, place)).toMatchObject({ heads: 5 });
    appendFileSync(join(dataDir, "audit-heads.jsonl"), '{"kind":"head","seq":\n');
    expect((await verify(ds, place)).fault).toMatchObject({ kind: "signature" });
  });

  test("lets entries go that have run out, and is whole without them", async () => {
    const { ds, place } = await filled();
    const audit = openAudit(ds, testLog);
    // As if the first twelve had been written two years ago.
    await ds.query("UPDATE audit_entry SET at = at - interval '2 years' WHERE seq <= 12");
    await ds.transaction(async (db) => {
      await chainAnew(db);
    });
    rmSync(join(place.dataDir, "audit-heads.jsonl"));
    const old = await ds.query(
      "SELECT seq, hash, (extract(epoch FROM at) * 1000000)::bigint::text AS at FROM audit_entry WHERE seq = 5",
    );
    await signHead(ds, place, { ...old[0], seq: 5 }, "head");
    await applyRetention(ds);
    await audit.note(given(21));
    await audit.close();
    expect(await verify(ds, place)).toEqual({ entries: 9, heads: 1, foreignHeads: 0, restarts: 0 });
  });

  test("goes on after a backup was brought back, which it tells", async () => {
    const { ds, place } = await filled();
    await ds.query("DELETE FROM audit_entry WHERE seq > 15");
    await ds.query("DELETE FROM audit_signature WHERE seq > 15");
    await ds.query("UPDATE audit_head SET seq = 15, hash = (SELECT hash FROM audit_entry WHERE seq = 15)");
    expect((await verify(ds, place)).fault).toMatchObject({ seq: 16, kind: "cut off" });
    const head = await readHead(ds);
    if (head) await signHead(ds, place, head, "restart");
    expect(await verify(ds, place)).toEqual({ entries: 15, heads: 1, foreignHeads: 0, restarts: 1 });
  });
});
