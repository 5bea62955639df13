import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DataSource } from "typeorm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { releaseCharacter } from "../../../rooms/persistence/character-saves.ts";
import type { Player } from "../../../rooms/player.ts";
import { openSaveSpool } from "../../../server/persistence/save-spool.ts";
import { newGuest, openIncarnation, rowOf, stateAt } from "../../helpers/characters.ts";
import { describeOnEachDatabase, testLog } from "../../helpers/databases.ts";

describeOnEachDatabase("a last save while the database is away", (open) => {
  let ds: DataSource;
  const folders: string[] = [];
  beforeAll(async () => {
    ({ ds } = await open());
  });
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  /** A process whose line to the database a test cuts, and its spool. */
  async function aboutToLeave() {
    const line = { cut: false };
    const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    const query = async (sql: string, parameters?: unknown[]) => {
      if (line.cut) throw refused;
      return ds.query(sql, parameters);
    };
    const cutting = new Proxy(ds, {
      get: (target, key) => (key === "query" ? query : Reflect.get(target, key)),
    });
    const folder = mkdtempSync(join(tmpdir(), "roomkeep-spool-"));
    folders.push(folder);
    const spool = await openSaveSpool(cutting, folder, { log: testLog, timers: false });
    const characters = await openIncarnation(cutting, { spool });
    const { characterId: id } = await newGuest(ds);
    const claim = await characters.claim(id, { roomId: "plaza-1" });
    const leave = () =>
      releaseCharacter(characters, { sessionId: "s", claim } as Player, stateAt(7), testLog);
    const waiting = () => readdirSync(folder).filter((name) => name.endsWith(".json"));
    return { line, folder, spool, characters, id, claim, leave, waiting };
  }
  /** A character that a process has let go without saving. */
  async function freeGuest() {
    const characters = await openIncarnation(ds, { incarnation: "gone" });
    const { characterId } = await newGuest(ds);
    const { epoch } = await characters.claim(characterId, { roomId: "plaza-1" });
    return { characterId, owner: "gone", epoch };
  }
  const restart = (folder: string) => openSaveSpool(ds, folder, { log: testLog, timers: false });

  test("waits on the disk and lands when the database is back", async () => {
    const { line, spool, id, leave, waiting } = await aboutToLeave();
    line.cut = true;
    await leave();
    expect(waiting()).toHaveLength(1);
    await expect(spool.flush()).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    expect(waiting()).toHaveLength(1);
    line.cut = false;
    expect(await spool.flush()).toBe(0);
    expect(await rowOf(ds, id)).toMatchObject({ state: stateAt(7), owner: null, version: 1 });
    expect(waiting()).toEqual([]);
  });

  test("lands when the process died meanwhile and starts again", async () => {
    const { line, folder, id, leave } = await aboutToLeave();
    line.cut = true;
    await leave();
    const again = await restart(folder);
    expect(await rowOf(ds, id)).toMatchObject({ state: stateAt(7), owner: null });
    await again.close();
  });

  test("is what the next login here loads", async () => {
    const { line, characters, id, leave } = await aboutToLeave();
    line.cut = true;
    await leave();
    line.cut = false;
    expect((await characters.claim(id, { roomId: "plaza-2" })).sheet.state).toEqual(stateAt(7));
  });

  test("never lands on whoever claimed since; it is kept for a person", async () => {
    const { line, folder, characters, id, claim, leave, waiting } = await aboutToLeave();
    line.cut = true;
    await leave();
    await ds.query("UPDATE character SET lease_until = now() - interval '1 ms' WHERE id = $1", [id]);
    const other = await openIncarnation(ds);
    const next = await other.claim(id, { roomId: "cave-1" });
    await other.save(next, stateAt(8));
    const before = await rowOf(ds, id);
    await (await restart(folder)).close();
    expect(await rowOf(ds, id)).toEqual(before);
    expect(waiting()).toEqual([]);
    expect(existsSync(join(folder, "conflicts", `${id}.${claim.epoch}.json`))).toBe(true);
    expect(characters.leases.holds(id, claim.epoch)).toBe(false);
  });

  test("never lands when somebody has claimed and left since, though nobody has the character now", async () => {
    const { line, folder, id, claim, leave } = await aboutToLeave();
    line.cut = true;
    await leave();
    await ds.query("UPDATE character SET lease_until = now() - interval '1 ms' WHERE id = $1", [id]);
    const other = await openIncarnation(ds);
    const next = await other.claim(id, { roomId: "cave-1" });
    expect(await other.release(next, stateAt(8))).toBe("saved");
    await (await restart(folder)).close();
    expect(await rowOf(ds, id)).toMatchObject({ state: stateAt(8), owner: null });
    expect(existsSync(join(folder, "conflicts", `${id}.${claim.epoch}.json`))).toBe(true);
  });

  test("that is broken is kept for a person, and the others land", async () => {
    const { line, folder, id, leave } = await aboutToLeave();
    line.cut = true;
    await leave();
    writeFileSync(join(folder, "00000000-0000-4000-8000-000000000000.1.json"), "{");
    // Well-formed, of a character that is free for it, and yet no state.
    const { characterId, owner, epoch } = await freeGuest();
    const odd = JSON.stringify({ id: characterId, owner, epoch, state: { v: 1, places: "none" } });
    writeFileSync(join(folder, `${characterId}.${epoch}.json`), odd);
    const before = await rowOf(ds, characterId);
    await (await restart(folder)).close();
    expect(readdirSync(join(folder, "conflicts"))).toHaveLength(2);
    expect(await rowOf(ds, characterId)).toEqual(before);
    expect(await rowOf(ds, id)).toMatchObject({ state: stateAt(7) });
  });
});
