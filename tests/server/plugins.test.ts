import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Gauge } from "prom-client";
import { defineCommand, openReplay, WorldRoom } from "roomkeep/rooms";
import { type AnyPlugin, definePlugin, type Plugin, readConfig, route } from "roomkeep/server";
import { RoomkeepError, WorldState } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { accessTokenOf, callApi, signIn } from "../../bots/index.ts";
import { playSessions } from "../../plugins/play-sessions/index.ts";
import { rowsOf } from "../../server/plugins/index.ts";
import { openServices } from "../../server/services.ts";
import { IN_MEMORY, type MoreRows, openDatabase } from "../../server/storage/database.ts";
import { migrate } from "../../server/storage/migrate.ts";
import { applyRetention } from "../../server/storage/retention.ts";
import { readAudit } from "../../server/telemetry/audit.ts";
import { testLog } from "../helpers/databases.ts";
import { FormerVisits } from "../helpers/former-visits.ts";
import { layDatabase } from "../helpers/server-process.ts";

const start = (plugins: readonly AnyPlugin[], env: Record<string, string> = {}) =>
  openServices(readConfig({ LOG_LEVEL: "silent", ROOMKEEP_DATA_DIR: IN_MEMORY, ...env }), plugins);
const named = (name: string, needs: readonly AnyPlugin[] = []) => definePlugin({ name, needs });
const refuses = (code: string, text: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(text) });

describe("a list of plugins is refused", () => {
  it.each([
    ["a name twice", [named("friends"), named("friends")]],
    ["a name that is none", [named("Friends")]],
    ["a migration without a time", [withMigration("friends", "Friends")]],
    ["a migration of roomkeep's", [withMigration("friends", "Settings1763700000004")]],
    ["a migration of another", [withMigration("a", "A1764000000000"), withMigration("b", "A1764000000000")]],
  ])("with PLUGIN_INVALID for %s", async (_, plugins) => {
    await expect(start(plugins)).rejects.toThrow(expect.objectContaining({ code: "PLUGIN_INVALID" }));
  });

  it("with PLUGIN_MISSING where one is needed that is not listed", async () => {
    const needy = named("groups", [named("friends")]);
    await expect(start([needy])).rejects.toThrow(refuses("PLUGIN_MISSING", '"groups" needs "friends"'));
  });

  it("with PLUGIN_CYCLE where they need each other", async () => {
    const circle: AnyPlugin[] = [];
    const [a, b] = [named("a", circle), named("b", circle)];
    circle.push(a, b);
    await expect(start([a, b])).rejects.toThrow(refuses("PLUGIN_CYCLE", "a → a"));
  });

  it("with CONFIG_INVALID for a setting, by its variable and without its value", async () => {
    const limited = definePlugin({
      name: "guest-book",
      settings: z.object({ maxEntries: z.coerce.number().int().min(1) }),
    });
    const started = start([limited], { ROOMKEEP_GUEST_BOOK_MAX_ENTRIES: "secret" });
    await expect(started).rejects.toThrow(refuses("CONFIG_INVALID", "ROOMKEEP_GUEST_BOOK_MAX_ENTRIES"));
    await expect(started).rejects.toThrow(expect.not.stringContaining("secret"));
  });

  it.each([
    ["a route's place", "GET", "/v1/me", "mine"],
    ["an operation id", "GET", "/v1/mine", "readMe"],
  ] as const)("with PLUGIN_INVALID for %s that is roomkeep's", async (_, method, path, id) => {
    const rude = definePlugin({
      name: "rude",
      routes: () => ({ [id]: route({ method, path, answer: () => ({}) }) }),
    });
    await expect(start([rude])).rejects.toThrow(refuses("PLUGIN_INVALID", id));
  });

  it("with PLUGIN_INVALID for a command that another has", async () => {
    const commands = () => [{ name: "hug", help: "Hugs.", run: () => "" }];
    const both = [definePlugin({ name: "a", commands }), definePlugin({ name: "b", commands })];
    await expect(start(both)).rejects.toThrow(refuses("PLUGIN_INVALID", "hug"));
  });
});

function withMigration(plugin: string, name: string): Plugin {
  const nothing = async () => {};
  return definePlugin({ name: plugin, migrations: [{ name, up: nothing, down: nothing }] }) as Plugin;
}

describe("a life", () => {
  const noted: string[] = [];
  const noting = (name: string, needs: readonly AnyPlugin[] = [], fails = false) =>
    definePlugin({
      name,
      needs,
      settings: z.object({ greeting: z.string().default("none"), times: z.coerce.number().default(1) }),
      open({ onClose, settings }) {
        onClose(() => noted.push(`${name} closed`));
        if (fails) throw new Error(`${name} does not open`);
        noted.push(`${name} opened`);
        return { greeting: () => `${settings.greeting} ${settings.times}` };
      },
    });

  it("opens those that are needed first, and closes in reverse", async () => {
    noted.length = 0;
    const friends = noting("friends");
    const groups = noting("groups", [friends]);
    const services = await start([groups, friends]);
    await services.close();
    expect(noted).toEqual(["friends opened", "groups opened", "groups closed", "friends closed"]);
  });

  it("takes settings from the list, and over them from the environment", async () => {
    const friends = noting("friends");
    const services = await start([friends.with({ greeting: "Hello", times: 2 })], {
      ROOMKEEP_FRIENDS_TIMES: "3",
    });
    expect(services.plugins.api(friends).greeting()).toBe("Hello 3");
    await services.close();
  });

  it("closes what was opened when a later plugin fails, the database with its folder too", async () => {
    noted.length = 0;
    const dataDir = await mkdtemp(join(tmpdir(), "roomkeep-plugins-"));
    await layDatabase(join(dataDir, "database"));
    const failing = start([noting("first"), noting("second", [], true), noting("third")], {
      ROOMKEEP_DATA_DIR: dataDir,
    });
    await expect(failing).rejects.toThrow("second does not open");
    expect(noted).toEqual(["first opened", "second closed", "first closed"]);
    // The folder is this process's alone: it opens again only if the failed start has given it up.
    const again = await openDatabase({ dataDir, log: testLog });
    await again.close();
    await rm(dataDir, { recursive: true });
  });

  it("closes the others where one does not close", async () => {
    noted.length = 0;
    const stuck = definePlugin({
      name: "stuck",
      open({ onClose }) {
        onClose(() => {
          throw new Error("stuck");
        });
      },
    });
    const services = await start([noting("first"), stuck]);
    await services.close();
    expect(noted).toEqual(["first opened", "first closed"]);
  });

  it("gives the API of a plugin that it needs, and of no other", async () => {
    const friends = definePlugin({ name: "friends", open: () => ({ areFriends: () => true }) });
    const asking = (needs: readonly AnyPlugin[]) =>
      definePlugin({
        name: "groups",
        needs,
        open: ({ plugin }) => ({ isFriendly: plugin(friends).areFriends() }),
      });
    const groups = asking([friends]);
    const services = await start([groups, friends]);
    expect(services.plugins.api(groups).isFriendly).toBe(true);
    await services.close();
    await expect(start([friends, asking([])])).rejects.toThrow(refuses("PLUGIN_MISSING", "needs"));
  });

  it("gives the API of a plugin that it uses where the server has it, opened before", async () => {
    const friends = definePlugin({ name: "friends", open: () => ({ areFriends: () => true }) });
    const asking = (uses: readonly AnyPlugin[]) =>
      definePlugin({
        name: "groups",
        uses,
        open: ({ optional }) => optional(friends)?.areFriends() ?? "none",
      });
    const answers = async (plugins: readonly AnyPlugin[], asked: Plugin<unknown>) => {
      const services = await start(plugins);
      const answer = services.plugins.api(asked);
      await services.close();
      return answer;
    };
    const [using, other] = [asking([friends]), asking([])];
    expect(await answers([using, friends], using)).toBe(true);
    expect(await answers([using], using)).toBe("none");
    // One that it does not name may open later.
    await expect(start([friends, other])).rejects.toThrow(refuses("PLUGIN_MISSING", "in its uses"));
    const circle: AnyPlugin[] = [];
    const [a, b] = [asking(circle), definePlugin({ name: "friends", needs: circle })];
    circle.push(a, b);
    await expect(start([a, b])).rejects.toThrow(refuses("PLUGIN_CYCLE", "groups → groups"));
  });

  it("is told the routes of the whole server before it answers, and may end the start", async () => {
    const told: string[] = [];
    const later = definePlugin({
      name: "later",
      routes: () => ({ readLater: route({ method: "GET", path: "/v1/later", answer: () => ({}) }) }),
    });
    const curious = definePlugin({
      name: "curious",
      ready(_, routes) {
        told.push(...["GET /v1/later", "GET /v1/account", "GET /v1/none"].filter((one) => routes.has(one)));
      },
    });
    await (await start([curious, later])).close();
    expect(told).toEqual(["GET /v1/later", "GET /v1/account"]);
    const strict = definePlugin({
      name: "strict",
      ready() {
        throw new RoomkeepError("PLUGIN_INVALID", "nothing fits");
      },
    });
    await expect(start([strict])).rejects.toThrow(refuses("PLUGIN_INVALID", "nothing fits"));
  });
});

/** Knows who is in. */
const visitors = definePlugin({
  name: "visitors",
  open: () => ({ inside: new Set<string>() }),
  room: (_room, { inside }) => ({
    onJoin: ({ sessionId }) => void inside.add(sessionId),
    onLeave: ({ sessionId }) => void inside.delete(sessionId),
  }),
  commands: ({ inside }) => [
    defineCommand({ name: "inside", help: "How many are in.", role: "player", run: () => `${inside.size}` }),
  ],
  routes: ({ inside }) => ({
    countVisitors: route({
      method: "GET",
      path: "/v1/visitors",
      role: "anyone",
      perMinute: 2,
      result: z.object({ n: z.int() }),
      answer: () => ({ n: inside.size }),
    }),
    whoAmI: route({
      method: "GET",
      path: "/v1/visitors/me",
      answer: ({ caller }) => ({ role: caller.role }),
    }),
    clearVisitors: route({
      method: "DELETE",
      path: "/v1/visitors/:name",
      role: "moderator",
      status: 204,
      answer({ params }) {
        if (params.name === "nobody") throw new RoomkeepError("PLAYER_UNKNOWN");
        return null;
      },
    }),
  }),
  metrics: (registry, { inside }) =>
    void new Gauge({
      name: "roomkeep_visitors",
      help: "Players in rooms",
      registers: [registry],
      collect() {
        this.set(inside.size);
      },
    }),
  adminPages: ({ inside }) => ({ list: { title: "Who <is> in", html: () => `<p>${inside.size} in</p>` } }),
});
const failing = definePlugin({
  name: "failing",
  room: () => ({
    onJoin() {
      throw new Error("a fault of a plugin");
    },
  }),
});
const unlisted = definePlugin({ name: "unlisted", open: () => ({ count: () => 1 }) });

class Hall extends WorldRoom {
  override state = new WorldState();
}

describe("in a server", () => {
  let world: TestServer;
  beforeAll(async () => {
    world = await bootServer(
      { hall: Hall },
      { plugins: [visitors, failing], env: { ROOMKEEP_ADMIN_PASSWORD: "a long password" } },
    );
  });
  afterAll(() => world.close());
  const asAdmin = { authorization: `Basic ${Buffer.from("admin:a long password").toString("base64")}` };

  it("hears of joins and leaves, gives commands, and keeps its faults from the join", async () => {
    const ann = await world.join("hall", { name: "Ann" });
    const room = world.room<Hall>(ann.room.roomId);
    expect(room.plugin(visitors).inside).toEqual(new Set([ann.room.sessionId]));
    expect(room.faults.get("failing.onJoin")).toBe(1);
    expect(await room.console.give({ id: ann.room.sessionId, role: "player" }, "/inside")).toBe("1");
    expect(() => room.plugin(unlisted)).toThrow(expect.objectContaining({ code: "PLUGIN_MISSING" }));
    await ann.leave();
    await expect.poll(() => room.plugin(visitors).inside.size).toBe(0);
  });

  it("asks an account, a role and a rate before a route answers", async () => {
    const { token } = await signIn(world.url, { name: "Bob" });
    const accessToken = await accessTokenOf(world.url, token);
    const ask = (method: string, path: string, bearer?: string) =>
      callApi(world.url, method, path, { accessToken: bearer });
    await expect(ask("GET", "/v1/visitors/me")).rejects.toMatchObject({ code: "TOKEN_INVALID" });
    expect(await ask("GET", "/v1/visitors/me", accessToken)).toEqual({ role: "player" });
    await expect(ask("DELETE", "/v1/visitors/ann", accessToken)).rejects.toMatchObject({
      code: "ROLE_NEEDED",
    });
    const { ds } = world.server.foundation.database;
    await ds.query("UPDATE account SET role = 'moderator'");
    await ask("DELETE", "/v1/visitors/ann", accessToken);
    await expect(ask("DELETE", "/v1/visitors/nobody", accessToken)).rejects.toMatchObject({
      code: "PLAYER_UNKNOWN",
    });
    // What needs a role and changes something is audited, once; what anybody may ask is not.
    expect((await readAudit(ds, 10)).reverse()).toMatchObject([
      { role: "player", line: "DELETE /v1/visitors/ann", outcome: "ROLE_NEEDED", roomId: "" },
      { role: "moderator", line: "DELETE /v1/visitors/ann", outcome: "done" },
      { role: "moderator", line: "DELETE /v1/visitors/nobody", outcome: "PLAYER_UNKNOWN" },
    ]);
    for (let i = 0; i < 2; i++) await ask("GET", "/v1/visitors");
    await expect(ask("GET", "/v1/visitors")).rejects.toMatchObject({ code: "RATE_LIMITED" });
    const { paths } = await callApi<{ paths: Record<string, object> }>(world.url, "GET", "/v1/openapi.json");
    expect(Object.keys(paths)).toContain("/v1/visitors/me");
  });

  it.each([
    ["GET", "/v1/rooms", 200],
    ["GET", "/v1/me", 401],
    ["POST", "/v1/guests", 400],
    ["GET", "/nothing-is-here", 404],
    ["GET", "/monitor/", 401],
    ["POST", "/matchmake/joinOrCreate/nothing", 0],
    ["OPTIONS", "/matchmake/joinOrCreate/hall", 0],
  ])("answers %s %s (%i) with the security headers", async (method, path, status) => {
    const answer = await fetch(world.url + path, { method });
    await answer.text();
    if (status) expect(answer.status).toBe(status);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("content-security-policy")).toMatch(/^default-src '(self|none)'/);
    expect(answer.headers.get("x-powered-by")).toBeNull();
  });

  it("shows pages to the admin alone, and what it measures", async () => {
    const page = `${world.url}/admin/visitors/list`;
    expect((await fetch(page)).status).toBe(401);
    const shown = await fetch(page, { headers: asAdmin });
    expect(await shown.text()).toContain("<title>Who &#60;is&#62; in</title><p>0 in</p>");
    expect(shown.headers.get("content-security-policy")).toContain("default-src 'none'");
    const metrics = await fetch(`${world.url}/metrics`, { headers: asAdmin });
    expect(await metrics.text()).toContain("roomkeep_visitors 0");
  });
});

it("is not open in a re-run: each call is refused there", async () => {
  const { room } = await openReplay(Hall);
  expect(() => room.plugin(unlisted).count()).toThrow("No plugin is open here: count was not called");
  expect(room.findPlugin(unlisted)).toBeUndefined();
});

describe("rows", () => {
  it("that run out are deleted, however many, and no others", async () => {
    const database = await openDatabase({ dataDir: IN_MEMORY, log: testLog });
    const { ds } = database;
    await migrate(ds);
    await ds.query("CREATE TABLE note (at timestamptz NOT NULL)");
    await ds.query("INSERT INTO note SELECT now() - interval '8 days' FROM generate_series(1, 2500)");
    await ds.query("INSERT INTO note VALUES (now() - interval '6 days')");
    await applyRetention(ds, [{ table: "note", column: "at", days: 7 }]);
    expect(await ds.query("SELECT count(*)::int AS n FROM note")).toEqual([{ n: 1 }]);
    await expect(applyRetention(ds, [{ table: "note; x", column: "at", days: 7 }])).rejects.toThrow(
      expect.objectContaining({ code: "PLUGIN_INVALID" }),
    );
    await database.close();
  });

  it("of play sessions stay as the core made them before it was a plugin, and go down and up", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "roomkeep-former-"));
    const open = (more: MoreRows) => openDatabase({ dataDir, from: "blank", log: testLog, more });
    const former = await open({ entities: [], migrations: [FormerVisits] });
    await migrate(former.ds);
    const names = await former.ds.query("SELECT name FROM migration ORDER BY id");
    await former.close();

    const now = await open(rowsOf([playSessions as AnyPlugin]));
    const pending = async () => (await now.ds.driver.createSchemaBuilder().log()).upQueries;
    expect(await now.ds.runMigrations()).toEqual([]);
    expect(await now.ds.query("SELECT name FROM migration ORDER BY id")).toEqual(names);
    expect(await pending()).toEqual([]);
    while ((await now.ds.query("SELECT to_regclass('visit') AS t"))[0].t) await now.ds.undoLastMigration();
    await migrate(now.ds);
    expect(await pending()).toEqual([]);
    await now.close();
    await rm(dataDir, { recursive: true });
  });
});
