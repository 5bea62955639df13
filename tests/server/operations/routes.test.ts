import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TagRoom } from "../../../games/tag/room.ts";
import { type DeskAnswer, ROLES } from "../../../rooms/internal.ts";
import { pathOf } from "../../../server/desk/desk-routes.ts";
import { OPERATIONS } from "../../../server/operations/index.ts";
import { readPermissions } from "../../../server/operations/permissions.ts";
import { roomkeep } from "../../helpers/cli.ts";
import { newPostgresDatabase } from "../../helpers/databases.ts";
import { askDesk, type DeskOperator, deskOperator } from "../../helpers/desk/operators.ts";

/** Operator roles; a player has no session at all. */
const STAFF = ROLES.filter((role) => role !== "player");
const offered = [...OPERATIONS.values()].filter(({ from }) => from !== "command line");
/** No operation has this parameter: who may ask is told so, and nothing is done. */
const UNFIT = { "?": "1" };

class Lounge extends TagRoom {
  override async desk(request: unknown): Promise<DeskAnswer> {
    const { ask, who } = request as { ask: string; who?: string };
    if (ask === "greet") return { ok: true, greeting: `Hello ${who}` };
    return { ok: false, code: "PLAYER_UNKNOWN", reason: "Nobody is called that." };
  }
}

let world: TestServer;
let database: { url: string; close(): Promise<void> };
const folder = mkdtempSync(join(tmpdir(), "roomkeep-desk-"));
const staff = new Map<string, DeskOperator>();
const entries = (where = "true") =>
  world.server.foundation.database.ds.query<Record<string, unknown>[]>(
    `SELECT * FROM audit_entry WHERE ${where} ORDER BY at`,
  );

beforeAll(async () => {
  database = await newPostgresDatabase();
  world = await bootServer({ lounge: Lounge }, { dataDir: folder, env: { DATABASE_URL: database.url } });
  const { ds } = world.server.foundation.database;
  for (const role of STAFF) staff.set(role, await deskOperator(ds, world.url, `${role}-ann`, role));
});
afterAll(async () => {
  await world.close();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(offered.map((one) => [one.name, one] as const))("%s", (_, operation) => {
  const path = pathOf(operation);
  const isWrite = operation.kind === "write";
  const query = `?${new URLSearchParams(UNFIT)}`;
  const ask = (headers: Record<string, string>) =>
    isWrite ? askDesk(world.url, path, UNFIT, headers) : askDesk(world.url, path + query, undefined, headers);
  const signed = (role: string) => ({ cookie: `roomkeep_desk=${staff.get(role)?.token}` });
  const whole = (role: string) => ({ ...signed(role), "x-roomkeep-csrf": staff.get(role)?.csrf ?? "" });

  it("refuses who has no session, or a forged one, and writes nothing down", async () => {
    const before = (await entries()).length;
    expect(await ask({})).toMatchObject({ status: 401, body: { code: "SESSION_NEEDED" } });
    const forged = { cookie: "roomkeep_desk=rkd_0000000000000000000000000000000000000000000" };
    expect(await ask(forged)).toMatchObject({ status: 401, body: { code: "SESSION_NEEDED" } });
    expect(await entries()).toHaveLength(before);
  });

  it.each(STAFF)("answers %s as the table of permissions says", async (role) => {
    for (const origin of ["http://evil.example", "null", world.url.replace(/\d+$/, "1")]) {
      const foreign = await ask({ ...whole(role), origin });
      expect(foreign, origin).toMatchObject({ status: 403, body: { code: "ORIGIN_FOREIGN" } });
    }
    if (isWrite) {
      const bare = await ask(signed(role));
      expect(bare).toMatchObject({ status: 403, body: { code: "CSRF_NEEDED" } });
      const wrong = await ask({ ...signed(role), "x-roomkeep-csrf": "wrong" });
      expect(wrong).toMatchObject({ status: 403, body: { code: "CSRF_NEEDED" } });
    }
    const before = (await entries()).length;
    const may = readPermissions()[role].has(operation.permission);
    const answer = await ask({ ...whole(role), origin: world.url });
    expect(answer).toMatchObject(
      may
        ? { status: 400, body: { code: "MESSAGE_INVALID" } }
        : { status: 403, body: { code: "ROLE_NEEDED" } },
    );
    const noted = (await entries()).slice(before);
    expect(noted.map(({ outcome, role }) => ({ outcome, role }))).toEqual(
      operation.isAudited ? [{ outcome: answer.body.code, role }] : [],
    );
  });
});

it("a write is a POST, and a read a GET: the other method finds nothing", async () => {
  const admin = staff.get("admin") as DeskOperator;
  expect((await admin.ask("/v1/admin/account/role?login=operator-ann&role=admin")).status).toBe(404);
  expect((await admin.ask("/v1/admin/zones/list", {})).status).toBe(404);
});

it("a write has one entry, in which its secrets are not", async () => {
  const admin = staff.get("admin") as DeskOperator;
  const { body } = await admin.ask("/v1/admin/account/reset", { login: "moderator-ann" });
  expect(body).toEqual({ name: "moderator-ann", code: expect.any(String) });
  const noted = await entries("line LIKE '%account reset --login moderator-ann%'");
  expect(noted).toMatchObject([
    { caller: admin.accountId, account_id: admin.accountId, role: "admin", outcome: "done" },
  ]);
  expect(JSON.stringify(noted)).not.toContain(body.code);
});

it("an answer that is too large for one request is refused, not left without an end", async () => {
  const admin = staff.get("admin") as DeskOperator;
  const { ds } = world.server.foundation.database;
  await ds.query(
    `INSERT INTO audit_entry (seq, prev, hash, id, at, caller, role, game, room_id, line, outcome)
     SELECT 1000000, '', '', '00000000-0000-4000-8000-000000000000', now(), '', '', '', '', repeat('x', 1100000), ''`,
  );
  expect(await admin.ask("/v1/admin/audit/list?last=1")).toMatchObject({
    status: 400,
    body: { code: "MESSAGE_INVALID" },
  });
  await ds.query("DELETE FROM audit_entry WHERE seq = 1000000");
  expect((await admin.ask("/v1/admin/audit/list?last=1")).body.entries).toHaveLength(1);
});

it("nobody acts on an account of the own rank or above, except an admin", async () => {
  const operator = staff.get("operator") as DeskOperator;
  for (const login of ["admin-ann", "operator-ann"]) {
    const refused = await operator.ask("/v1/admin/account/reset", { login });
    expect(refused, login).toMatchObject({ status: 403, body: { code: "ROLE_NEEDED" } });
  }
  expect((await operator.ask("/v1/admin/account/reset", { login: "moderator-ann" })).status).toBe(200);
});

it("each is in the OpenAPI document, with its parameters and the cookie that it needs", async () => {
  const { body } = await askDesk(world.url, "/v1/openapi.json");
  for (const operation of offered) {
    const method = operation.kind === "write" ? "post" : "get";
    const entry = body.paths[pathOf(operation)]?.[method];
    expect(entry?.security, operation.name).toEqual([{ deskSession: [] }]);
    expect(Object.keys(entry.responses)).toEqual(expect.arrayContaining(["200", "401", "403"]));
  }
  expect(body.paths["/v1/admin/events/list"].get.parameters).toContainEqual(
    expect.objectContaining({
      name: "limit",
      in: "query",
      schema: expect.objectContaining({ default: 100 }),
    }),
  );
  expect(body.components.securitySchemes.deskSession).toEqual({
    type: "apiKey",
    in: "cookie",
    name: "roomkeep_desk",
  });
});

it("the desk reaches a room by its one method, and what the room refuses is an error of its code", async () => {
  const player = await world.join("lounge");
  const { rooms } = world.server.foundation.desk.host;
  const { roomId } = player.room;
  expect(await rooms.list()).toMatchObject([{ roomId, game: "lounge", players: 1, locked: false }]);
  expect(await rooms.call(roomId, { ask: "greet", who: "Ann" })).toEqual({ ok: true, greeting: "Hello Ann" });
  await expect(rooms.call(roomId, { ask: "kick" })).rejects.toMatchObject({ code: "PLAYER_UNKNOWN" });
  await expect(rooms.call("NONE", { ask: "greet" })).rejects.toMatchObject({ code: "ROOM_UNKNOWN" });
});

it("the command line asks the server that runs with the data folder, on PostgreSQL too", async () => {
  const env = { ROOMKEEP_DATA_DIR: folder, DATABASE_URL: database.url, REDIS_URL: "" };
  const help = roomkeep(["admin", "account", "role", "--help"], { env });
  const role = roomkeep(
    ["admin", "account", "role", "--login", "moderator-ann", "--role", "player", "--json"],
    {
      env,
    },
  );
  const wrong = roomkeep(["admin", "account", "role", "--login", "moderator-ann", "--role", "root"], { env });
  expect(await role.ended, role.output()).toBe(0);
  expect(JSON.parse(role.stdout())).toMatchObject({ name: "moderator-ann", role: "player" });
  expect(await help.ended).toBe(0);
  expect(help.output()).toContain(
    "roomkeep admin account role --login text --role player|moderator|operator|admin [--json]",
  );
  expect(await wrong.ended).toBe(1);
  expect(wrong.output()).toContain("MESSAGE_INVALID");
  const caller = expect.stringMatching(/^operator ./);
  expect(await entries("line LIKE '%--login moderator-ann --role player'")).toMatchObject([
    { caller, role: "admin", outcome: "done" },
  ]);
  // A change of role ends the session.
  expect(await staff.get("moderator")?.ask("/v1/admin/zones/list")).toMatchObject({ status: 401 });
});
