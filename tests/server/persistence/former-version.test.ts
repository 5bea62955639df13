import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import pg from "pg";
import type { Carrier } from "roomkeep/shared";
import { bootServer, callApi, type TestServer } from "roomkeep/testing";
import type { DataSource } from "typeorm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keepTokens } from "../../../bots/sign-in.ts";
import { MeadowRoom } from "../../../games/meadow/room.ts";
import type { Hero } from "../../../games/meadow/state.ts";
import { openPlaySessions } from "../../../plugins/play-sessions/play-sessions.ts";
import { rerun } from "../../../rooms/replay.ts";
import { openAuth } from "../../../server/accounts/auth.ts";
import { byRecovery } from "../../../server/accounts/guests.ts";
import { openTokenKeys } from "../../../server/accounts/token-keys.ts";
import { heldBy, verifyLedger } from "../../../server/items/ledger.ts";
import { games, plugins } from "../../../server/main.ts";
import { migrate } from "../../../server/storage/migrate.ts";
import { readAudit } from "../../../server/telemetry/audit.ts";
import { openIncarnation } from "../../helpers/characters.ts";
import {
  describeOnEachDatabase,
  missingPostgres,
  newPostgresDatabase,
  testLog,
} from "../../helpers/databases.ts";

const file = (name: string) => new URL(`../../fixtures/former-version/${name}`, import.meta.url);
/** SQL that makes the database of the former version in an empty one: tables, rows, constraints. */
const formerDatabase = readFileSync(file("database.sql"), "utf8");
/** A gzipped text of the former version. */
const formerText = (name: string) => gunzipSync(readFileSync(file(`${name}.gz`))).toString();

/** The characters as the former version left them: coins, places, and the stacks of bag and equipment. */
const CHARACTERS = {
  anna: {
    id: "b7ebf1ae-452e-44cb-9403-f2467b193bd9",
    coins: 13,
    places: {
      meadow: { x: 7.819685935974121, y: 0.6093243360519409, z: 5.362164497375488, yaw: -1.5707963705062866 },
    },
    stacks: ["bag 1: 1 herb", "bag 7: 5 arrow"],
  },
  boris: {
    id: "30e3efc6-25fe-4396-b390-3aaadb75bc32",
    coins: 14,
    places: {
      meadow: { x: -5.020462512969971, y: 0.5876694917678833, z: 8.10031795501709, yaw: 0.7853981852531433 },
    },
    stacks: ["bag 0: 17 arrow", "equipment 0: 1 straw-hat"],
  },
  cydney: {
    id: "8cb445c2-cce6-4522-9f9a-01b1740cf3fb",
    coins: 0,
    places: {
      meadow: { x: 2, y: 0.6000000238418579, z: 6, yaw: -0.9827937483787537 },
      plaza: { x: 6.209023952484131, y: 0, z: 25.433895111083984, yaw: 3.1415927410125732 },
    },
    stacks: [],
  },
  Gus: {
    id: "5b7ef843-c6c9-4d20-a835-c4cf462dfdd4",
    coins: 0,
    places: { plaza: { x: 1.6899999380111694, y: 0, z: 12.782624244689941, yaw: 1.5707963705062866 } },
    stacks: [],
  },
} as const;
const GUS = {
  accountId: "17958827-7c27-4c07-ad6e-46cef978142e",
  recoveryCode: "JHYT-JCW9-FPNN-M7WN",
  refreshToken: "rkr_gqSZ1R1pL62Wn7wa1YQu1KSejkfYhrwziU2B3zndiIM",
};

describeOnEachDatabase("a database of the former version", (open) => {
  let ds: DataSource;
  beforeAll(async () => {
    ({ ds } = await open({ migrated: false }));
    await ds.query(formerDatabase);
    await migrate(ds);
  });

  test("is migrated to the tables that the entities declare", async () => {
    const { upQueries } = await ds.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  test.each(Object.entries(CHARACTERS))("has %s with the same coins, items and places", async (name, was) => {
    const characters = await openIncarnation(ds);
    const claim = await characters.claim(was.id, { roomId: "meadow-1" });
    expect(claim.sheet).toMatchObject({ name, coins: was.coins, state: { v: 1, places: was.places } });
    const { stacks } = await heldBy(ds, was.id, [`bag:${was.id}`, `equipment:${was.id}`]);
    expect(
      stacks.map(
        ({ container, slot, qty, template }) => `${container.split(":")[0]} ${slot}: ${qty} ${template}`,
      ),
    ).toEqual(was.stacks);
    expect(await characters.release(claim, claim.sheet.state)).toBe("saved");
  });

  test("has a ledger that adds up, its play sessions and its audit log", async () => {
    expect(await verifyLedger(ds)).toEqual([]);
    const sessions = openPlaySessions(ds, "incarnation", testLog);
    expect(await sessions.list(GUS.accountId)).toEqual([
      {
        characterId: CHARACTERS.Gus.id,
        game: "plaza",
        roomId: "QMHJ",
        address: "127.0.0.1",
        startedAt: "2026-11-27T21:17:23.059Z",
        endedAt: "2026-11-27T21:17:23.781Z",
        ending: "left",
      },
    ]);
    const lines = (await readAudit(ds, 9)).map(({ line, outcome }) => `${line}: ${outcome}`);
    expect(lines).toEqual(["/spawn ball 1: done", "/spawn crate 2: done"]);
  });

  test("signs a guest in by the refresh token, and by the recovery code", async () => {
    await ds.query("UPDATE refresh_token SET expires_at = now() + interval '1 day'");
    const auth = openAuth(ds, await openTokenKeys(ds));
    const { accessToken } = await auth.refresh(GUS.refreshToken);
    expect(await auth.current(accessToken)).toMatchObject({ accountId: GUS.accountId });
    const { accountId, recoveryCode } = GUS;
    expect(await byRecovery(ds, recoveryCode)).toMatchObject({ accountId, characterId: CHARACTERS.Gus.id });
  });
});

/** Keeps what was in the zone's save, before the room changes it. */
class OpenedMeadow extends MeadowRoom {
  opened: unknown;
  protected override onOpen(): void {
    this.opened = this.simulation.snapshot({ without: this.players });
    super.onOpen();
  }
}

describe.skipIf(missingPostgres && process.env.CI !== "true")(
  "a server on a database of the former version",
  () => {
    let world: TestServer;
    let database: Awaited<ReturnType<typeof newPostgresDatabase>>;
    beforeAll(async () => {
      database = await newPostgresDatabase();
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query(formerDatabase);
      await client.end();
      world = await bootServer(
        { ...games, meadow: OpenedMeadow },
        { env: { DATABASE_URL: database.url }, plugins },
      );
    });
    afterAll(async () => {
      await world?.close();
      await database?.close();
    });

    test("opens the kept zone with the same actors, and its players with all they had", async () => {
      const join = async (login: string) => {
        const body = { login, password: "four-hills-and-a-brook" };
        const pair = await callApi<Parameters<typeof keepTokens>[0]>(world.url, "POST", "/v1/sign-in", {
          body,
        });
        keepTokens(pair);
        return world.join("meadow", { token: pair.token });
      };
      const anna = await join("anna");
      const room = world.room<OpenedMeadow>(anna.room.roomId);
      const saved = JSON.parse(formerText("meadow-zone.json")) as { data: unknown };
      expect(room.opened).toEqual(saved.data);
      const { x, y, z } = anna.me();
      expect({ x, y, z, yaw: anna.me().yaw }).toEqual(CHARACTERS.anna.places.meadow);
      const bag = () =>
        [...(anna.me() as Carrier).items.values()].map(({ qty, template }) => `${qty} ${template}`);
      await anna.until("the bag", () => bag().length === 2);
      expect(bag().sort()).toEqual(["1 herb", "5 arrow"]);
      expect((anna.me() as Carrier).coins).toBe(13);
      const boris = await join("boris");
      const worn = () =>
        (anna.room.state.actors.get(boris.room.sessionId) as Hero | undefined)?.worn.get("0");
      await anna.until("the hat of Boris", () => worn() === "straw-hat");
      // What the database has on the ground still lies there: the two arrows, and what Cydney died with.
      const kinds = [...room.world.query()].map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === "drop" || kind === "pile").sort()).toEqual(["drop", "pile"]);
    });
  },
);

test.each([
  ["meadow", "meadow", 289, 58],
  ["hunt", "meadow", 78, 16],
  ["plaza", "plaza", 130, 26],
] as const)(
  "a recording of the former version (%s) runs again alike",
  async (name, game, ticks, compared) => {
    const lines = formerText(`${name}.jsonl`).split("\n");
    expect(await rerun(games[game], lines)).toMatchObject({ ticks, compared, mismatches: [] });
  },
);

test("a recording of a game that has other fields by now runs through, and its hashes tell", async () => {
  // Tag gathers by the lobby since: its state has a leader and settings.
  const { ticks, compared, mismatches } = await rerun(games.tag, formerText("tag.jsonl").split("\n"));
  expect({ ticks, compared, differ: mismatches.length }).toEqual({ ticks: 91, compared: 18, differ: 18 });
});
