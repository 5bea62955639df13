import { randomUUID } from "node:crypto";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TagRoom } from "../../../games/tag/room.ts";
import { giveSanction } from "../../../server/moderation/sanctions.ts";
import { newGuest } from "../../helpers/characters.ts";
import { type DeskOperator, deskOperator } from "../../helpers/desk/operators.ts";

let world: TestServer;
let operator: DeskOperator;
const ds = () => world.server.foundation.database.ds;
beforeAll(async () => {
  // All that an operator could do to others, so that the rank alone is in the way.
  const env = { ROOMKEEP_DESK_PERMISSIONS: "operator=+items,+delete,+operators,+export" };
  world = await bootServer({ tag: TagRoom }, { env });
  operator = await deskOperator(ds(), world.url, "olga", "operator");
});
afterAll(() => world.close());

/** An account of a role, with a character. */
async function person(role: string) {
  const { accountId, characterId } = await newGuest(ds());
  await ds().query("UPDATE account SET role = $2 WHERE id = $1", [accountId, role]);
  return { accountId, characterId };
}
type Person = Awaited<ReturnType<typeof person>>;
const write = async (name: string, params: object) => {
  const { status, body } = await operator.ask(`/v1/admin/${name.replace(".", "/")}`, params);
  return status === 200 ? "done" : (body.code as string);
};
const entries = () =>
  ds().query<{ outcome: string; concerns: string | null }[]>(
    "SELECT outcome, concerns FROM audit_entry ORDER BY seq",
  );

const reason = "a test";
const ACTS: Readonly<Record<string, (one: Person) => object>> = {
  "account.role": ({ accountId: login }) => ({ login, role: "player" }),
  "account.reset": ({ accountId: login }) => ({ login }),
  "operators.sign-out": ({ accountId: login }) => ({ login }),
  "operators.remove-totp": ({ accountId: login }) => ({ login }),
  "players.rename": ({ accountId: player }) => ({ player, name: "Taken Over", reason }),
  "players.rename-character": ({ characterId: character }) => ({ character, name: "Taken", reason }),
  "players.sign-out": ({ accountId: player }) => ({ player, reason }),
  "players.delete": ({ accountId: player }) => ({ player, reason }),
  "players.keep": ({ accountId: player }) => ({ player, reason }),
  "players.warn": ({ accountId: player }) => ({ player, reason }),
  "players.mute": ({ accountId: player }) => ({ player, reason }),
  "players.kick": ({ accountId: player }) => ({ player, reason }),
  "players.ban": ({ accountId: player }) => ({ player, reason }),
  "players.ban-character": ({ characterId: character }) => ({ character, reason }),
  "items.coins": ({ characterId: character }) => ({ character, coins: 5, request: randomUUID(), reason }),
  "items.grant": ({ characterId: character }) => ({
    character,
    template: "herb",
    qty: 1,
    request: randomUUID(),
    reason,
  }),
  "items.take": ({ characterId: character }) => ({
    character,
    stack: randomUUID(),
    qty: 1,
    request: randomUUID(),
    reason,
  }),
};

describe.each(Object.entries(ACTS))("%s", (name, paramsOf) => {
  it.each(["operator", "admin"])(
    "is refused to an operator about an %s, and noted about whom",
    async (role) => {
      const one = await person(role);
      expect(await write(name, paramsOf(one))).toBe("ROLE_NEEDED");
      expect((await entries()).at(-1)).toEqual({ outcome: "ROLE_NEEDED", concerns: one.accountId });
    },
  );

  it("is not refused so about a moderator", async () => {
    expect(await write(name, paramsOf(await person("moderator")))).not.toBe("ROLE_NEEDED");
  });
});

it("nobody gives a role that is not beneath the own one", async () => {
  const { accountId: login } = await person("player");
  for (const role of ["operator", "admin"])
    expect(await write("account.role", { login, role }), role).toBe("ROLE_NEEDED");
  const [row] = await ds().query("SELECT role FROM account WHERE id = $1", [login]);
  expect(row).toEqual({ role: "player" });
});

it("a sanction of somebody above is lifted by nobody beneath, and stays", async () => {
  const { accountId } = await person("admin");
  const by = { name: "the server" };
  const { id } = await giveSanction(ds(), { kind: "mute", target: { accountId }, reason, by });
  expect(await write("sanctions.lift", { sanction: id, reason })).toBe("ROLE_NEEDED");
  const [row] = await ds().query("SELECT lifted_at FROM sanction WHERE id = $1", [id]);
  expect(row).toEqual({ lifted_at: null });
});

it("what is read of a person, and written about them, is noted with whom it concerns", async () => {
  const { accountId: player } = await person("player");
  const last = async () => (await entries()).at(-1);
  for (const path of ["players/secrets", "players/export"]) {
    expect((await operator.ask(`/v1/admin/${path}?player=${player}`)).status, path).toBe(200);
    expect(await last(), path).toEqual({ outcome: "done", concerns: player });
  }
  expect(await write("players.note", { player, text: "quiet" })).toBe("done");
  expect(await last()).toEqual({ outcome: "done", concerns: player });
});

it.each([
  ["items.coins", { coins: 0 }],
  ["items.coins", { coins: 1.5 }],
  ["items.coins", { coins: 5, request: "has a blank" }],
  ["items.coins", { coins: 5, request: "x".repeat(65) }],
  ["items.coins", { coins: 5, reason: "  " }],
  ["items.grant", { template: "herb", qty: 0 }],
  ["items.grant", { template: "herb", qty: -1 }],
  ["items.take", { stack: randomUUID(), qty: 0 }],
])("%s is refused as it is read: %j", async (name, wrong) => {
  const { characterId: character } = await person("player");
  expect(await write(name, { character, request: randomUUID(), reason, ...wrong })).toBe("MESSAGE_INVALID");
  expect(await ds().query("SELECT 1 FROM ledger WHERE account LIKE $1", [`%${character}`])).toEqual([]);
});
