import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import {
  chooseCharacter,
  createCharacter,
  deleteCharacter,
  listCharacters,
  restoreCharacter,
} from "../../../server/accounts/account-characters.ts";
import { foldEmail, foldName } from "../../../server/accounts/account-names.ts";
import {
  byPassword,
  changePassword,
  checkOwner,
  finishReset,
  readAccount,
  register,
  setRole,
  startReset,
  upgradeGuest,
} from "../../../server/accounts/accounts.ts";
import { type Auth, openAuth } from "../../../server/accounts/auth.ts";
import { byRecovery } from "../../../server/accounts/guests.ts";
import { openPasswords } from "../../../server/accounts/passwords.ts";
import {
  deleteAccount,
  forgetAddresses,
  sweepGuests,
} from "../../../server/accounts/privacy/account-deletion.ts";
import { exportAccount } from "../../../server/accounts/privacy/account-export.ts";
import { hashOf } from "../../../server/accounts/secrets.ts";
import { openTokenKeys } from "../../../server/accounts/token-keys.ts";
import { book, verifyLedger } from "../../../server/items/ledger.ts";
import type { Database } from "../../../server/storage/database.ts";
import { applyRetention } from "../../../server/storage/retention.ts";
import { lengthenLease, newGuest, openIncarnation, rowOf, stateAt } from "../../helpers/characters.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";

const passwords = openPasswords();
const looks = { name: "Ada", color: 1, shape: 2 };
const PASSWORD = "correct horse 7";
let made = 0;
const newName = () => `player ${++made}`;

describeOnEachDatabase("an account", (open) => {
  let database: Database;
  let auth: Auth;
  beforeAll(async () => {
    database = await open();
    auth = openAuth(database.ds, await openTokenKeys(database.ds));
  });
  const refusedWith = (code: string, work: Promise<unknown>) => expect(work).rejects.toMatchObject({ code });
  const counts = async () =>
    database.ds.query("SELECT (SELECT count(*) FROM account) AS a, (SELECT count(*) FROM character) AS c");

  test("is registered with a name and a password, and found by name or address in any case", async () => {
    const { ds } = database;
    const name = newName();
    const wanted = { name, password: PASSWORD, email: `Ada.${made}@Example.org` };
    const { accountId } = await register(ds, passwords, wanted, looks);
    for (const login of [name, name.toUpperCase(), `ADA.${made}@example.ORG`]) {
      expect(await byPassword(ds, passwords, login, PASSWORD)).toEqual({ accountId });
    }
    expect(await readAccount(ds, accountId)).toMatchObject({ kind: "registered", name, role: "player" });
    expect(await listCharacters(ds, accountId)).toMatchObject([{ ...looks, chosen: true }]);
    const stored = JSON.stringify(await ds.query("SELECT * FROM account"));
    expect(stored).not.toContain(PASSWORD);
    expect(stored).toContain("$argon2id$v=19$m=19456,t=2,p=1$");
  });

  test("answers a wrong password, an unknown name and one without a password alike", async () => {
    const { ds } = database;
    const name = newName();
    await register(ds, passwords, { name, password: PASSWORD });
    const errors = await Promise.all(
      [
        [name, "wrong horse 7"],
        ["nobody at all", PASSWORD],
        ["", PASSWORD],
        ["' OR '1'='1", PASSWORD],
        ["\0", "\0"],
        ["x".repeat(100_000), "y".repeat(100_000)],
      ].map(([login = "", password = ""]) =>
        byPassword(ds, passwords, login, password).catch((error) => error),
      ),
    );
    expect(new Set(errors.map(({ code, message }) => `${code} ${message}`)).size).toBe(1);
    expect(errors[0].code).toBe("SIGN_IN_REFUSED");
  });

  test("has a name and an address that no other has, not even one that looks alike", async () => {
    const { ds } = database;
    await register(ds, passwords, { name: "Straße", password: PASSWORD, email: "one@example.org" });
    const before = await counts();
    for (const name of ["STRASSE", "ｓｔｒａｓｓｅ", " strasse "]) {
      await refusedWith("NAME_TAKEN", register(ds, passwords, { name, password: PASSWORD }, looks));
    }
    for (const email of ["ONE@EXAMPLE.org", "ｏｎｅ@example.org", " one@Example.Org"]) {
      const wanted = { name: newName(), password: PASSWORD, email };
      await refusedWith("EMAIL_TAKEN", register(ds, passwords, wanted, looks));
    }
    expect(await counts()).toEqual(before);
  });

  test("is made once when two register the same name at the same moment", async () => {
    const { ds } = database;
    const name = newName();
    const came = await Promise.allSettled(
      [name, name.toUpperCase(), name].map((one) =>
        register(ds, passwords, { name: one, password: PASSWORD }, looks),
      ),
    );
    expect(came.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of came) if (one.status === "rejected") expect(one.reason.code).toBe("NAME_TAKEN");
  });

  test.each([
    ["short", "PASSWORD_WEAK"],
    ["aaaaaaaaaaaa", "PASSWORD_WEAK"],
    ["x1y2".repeat(51), "PASSWORD_WEAK"],
    ["Weak Name", "PASSWORD_WEAK"],
  ])("is not made with the password %s", async (password, code) => {
    const before = await counts();
    await refusedWith(code, register(database.ds, passwords, { name: "weak name", password }, looks));
    expect(await counts()).toEqual(before);
  });

  test("is what a guest becomes, with all that is its own, and the recovery code ends", async () => {
    const { ds } = database;
    const { accountId, characterId, recoveryCode } = await newGuest(ds);
    await ds.query("UPDATE character SET coins = 77 WHERE id = $1", [characterId]);
    const pair = await auth.signIn(accountId, "");
    const before = await rowOf(ds, characterId);
    const name = newName();
    await upgradeGuest(ds, passwords, accountId, { name, password: PASSWORD });
    expect(await rowOf(ds, characterId)).toEqual(before);
    expect(await byPassword(ds, passwords, name, PASSWORD)).toEqual({ accountId });
    expect((await auth.current(pair.accessToken)).accountId).toBe(accountId);
    await refusedWith("RECOVERY_INVALID", byRecovery(ds, recoveryCode));
  });

  test("is what a guest becomes once, also when tried twice at the same moment", async () => {
    const { ds } = database;
    const { accountId, characterId } = await newGuest(ds);
    const names = [newName(), newName(), newName(), newName()];
    const came = await Promise.allSettled(
      names.map((name) => upgradeGuest(ds, passwords, accountId, { name, password: PASSWORD })),
    );
    const winners = names.filter((_, at) => came[at]?.status === "fulfilled");
    expect(winners).toHaveLength(1);
    for (const one of came) if (one.status === "rejected") expect(one.reason.code).toBe("ALREADY_REGISTERED");
    expect(await readAccount(ds, accountId)).toMatchObject({ kind: "registered", name: winners[0] });
    expect((await listCharacters(ds, accountId)).map(({ id }) => id)).toEqual([characterId]);
  });

  test("stays a guest when the name it wants is taken", async () => {
    const { ds } = database;
    const name = newName();
    await register(ds, passwords, { name, password: PASSWORD });
    const { accountId, recoveryCode } = await newGuest(ds);
    await refusedWith("NAME_TAKEN", upgradeGuest(ds, passwords, accountId, { name, password: PASSWORD }));
    expect(await readAccount(ds, accountId)).toMatchObject({ kind: "guest", name: null });
    expect((await byRecovery(ds, recoveryCode)).accountId).toBe(accountId);
  });

  test("gets a new password by the current one, which ends the other sign-ins", async () => {
    const { ds } = database;
    const name = newName();
    const { accountId } = await register(ds, passwords, { name, password: PASSWORD });
    const here = await auth.current((await auth.signIn(accountId, "")).accessToken);
    const elsewhere = await auth.signIn(accountId, "");
    await refusedWith(
      "SIGN_IN_REFUSED",
      changePassword(ds, passwords, here, "wrong horse 7", "battery 9 staple"),
    );
    await changePassword(ds, passwords, here, PASSWORD, "battery 9 staple");
    await refusedWith("SIGN_IN_REFUSED", byPassword(ds, passwords, name, PASSWORD));
    expect(await byPassword(ds, passwords, name, "battery 9 staple")).toEqual({ accountId });
    await refusedWith("TOKEN_REVOKED", auth.current(elsewhere.accessToken));
  });

  test("gets a new password by the admin's code, once, and all its sign-ins end", async () => {
    const { ds } = database;
    const login = newName();
    const { accountId } = await register(ds, passwords, { name: login, password: PASSWORD });
    const { accessToken } = await auth.signIn(accountId, "");
    const first = await startReset(ds, login);
    const { code } = await startReset(ds, login.toUpperCase());
    const password = "battery 9 staple";
    for (const wrong of [first.code, "", "AAAA-AAAA-AAAA-AAAA"]) {
      await refusedWith("RESET_INVALID", finishReset(ds, passwords, { login, code: wrong, password }));
    }
    const both = await Promise.allSettled(
      [code, code.toLowerCase()].map((one) => finishReset(ds, passwords, { login, code: one, password })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await refusedWith("TOKEN_REVOKED", auth.current(accessToken));
    expect(await byPassword(ds, passwords, login, password)).toEqual({ accountId });
    const late = await startReset(ds, login);
    await ds.query("UPDATE account SET reset_until = now() - interval '1 ms' WHERE id = $1", [accountId]);
    await refusedWith("RESET_INVALID", finishReset(ds, passwords, { login, code: late.code, password }));
    await refusedWith("ACCOUNT_UNKNOWN", startReset(ds, "nobody at all"));
  });

  test("has a role that only the server gives, at once where something is changed", async () => {
    const { ds } = database;
    const name = newName();
    const { accountId } = await register(ds, passwords, { name, password: PASSWORD });
    const { accessToken } = await auth.signIn(accountId, "");
    await setRole(ds, name, "moderator");
    expect((await auth.caller(accessToken)).role).toBe("player");
    expect((await auth.current(accessToken)).role).toBe("moderator");
    await expect(setRole(ds, name, "root" as "admin")).rejects.toThrow(/account_role_known/);
  });

  test("has several characters, the one chosen last first, and no more than the limit", async () => {
    const { ds } = database;
    const { accountId } = await register(ds, passwords, { name: newName(), password: PASSWORD }, looks);
    const came = await Promise.allSettled(
      [1, 2, 3, 4].map((color) => createCharacter(ds, accountId, { ...looks, color }, 3)),
    );
    for (const one of came) if (one.status === "rejected") expect(one.reason.code).toBe("CHARACTERS_FULL");
    const all = await listCharacters(ds, accountId);
    expect(all).toHaveLength(3);
    const last = all[2]!;
    await chooseCharacter(ds, accountId, last.id);
    expect((await listCharacters(ds, accountId))[0]).toMatchObject({ id: last.id, chosen: true });
    const stranger = await newGuest(ds);
    await refusedWith("CHARACTER_MISSING", chooseCharacter(ds, accountId, stranger.characterId));
    await refusedWith("CHARACTER_MISSING", deleteCharacter(ds, accountId, stranger.characterId));
  });

  test("deletes a character that is in no room, and gets it back as it was for seven days", async () => {
    const { ds } = database;
    const { accountId, characterId } = await newGuest(ds);
    const process = await openIncarnation(ds);
    const claim = await process.claim(characterId, { roomId: "plaza-1" });
    await refusedWith("CHARACTER_LIVE", deleteCharacter(ds, accountId, characterId));
    await process.release(claim, stateAt(5));
    const before = await rowOf(ds, characterId);
    await deleteCharacter(ds, accountId, characterId);
    await refusedWith("CHARACTER_MISSING", process.claim(characterId, { roomId: "plaza-1" }));
    await refusedWith("CHARACTER_MISSING", deleteCharacter(ds, accountId, characterId));
    expect(await listCharacters(ds, accountId)).toMatchObject([
      { id: characterId, deletedAt: expect.any(Date) },
    ]);
    await createCharacter(ds, accountId, looks, 1);
    await refusedWith("CHARACTERS_FULL", restoreCharacter(ds, accountId, characterId, 1));
    await restoreCharacter(ds, accountId, characterId, 2);
    expect(await rowOf(ds, characterId)).toEqual(before);
    await deleteCharacter(ds, accountId, characterId);
    await ds.query("UPDATE character SET deleted_at = deleted_at - interval '8 days' WHERE id = $1", [
      characterId,
    ]);
    await refusedWith("CHARACTER_MISSING", restoreCharacter(ds, accountId, characterId, 5));
    expect(await listCharacters(ds, accountId)).toHaveLength(1);
  });

  /** A guest whose character carries twelve herbs and forty coins, and is in no room. */
  async function rich() {
    const { ds } = database;
    const guest = await newGuest(ds);
    const owner = randomUUID();
    const process = await openIncarnation(ds, { incarnation: owner });
    const claim = await process.claim(guest.characterId, { roomId: "meadow-1" });
    // Nobody renews it, and the machine may be busy for longer than a lease.
    await lengthenLease(ds, guest.characterId);
    const bag = `bag:${guest.characterId}`;
    const rules = { templates: { herb: { stack: 20 } }, slotsOf: () => 6 };
    const given = await book(ds, rules, {
      requestId: randomUUID(),
      by: [{ characterId: guest.characterId, owner, epoch: claim.epoch }],
      payload: null,
      reason: "test",
      containers: [bag],
      change: (holding) => holding.mint(bag, "herb", 12) ?? holding.pay(null, guest.characterId, 40),
    });
    expect(given.ok).toBe(true);
    return { ...guest, leave: () => process.release(claim, stateAt(7)) };
  }

  test("is exported whole, with its sign-ins and what its characters carry, and without secrets", async () => {
    const { ds } = database;
    const { accountId, characterId, leave } = await rich();
    await leave();
    const { token } = await auth.signIn(accountId, "192.0.2.7");
    const exported = await exportAccount(ds.manager, accountId);
    expect(exported.account).toMatchObject({ id: accountId, kind: "guest" });
    expect(exported.characters).toMatchObject([
      { id: characterId, name: "Ada", coins: 40, state: stateAt(7) },
    ]);
    expect(exported.items).toMatchObject([{ template: "herb", qty: 12 }]);
    expect(exported.ledger.map(({ item, qty, coins }) => [item, qty, coins])).toEqual([
      ["herb", 12, 0],
      [null, 0, 40],
    ]);
    expect(exported.nextLedger).toBeNull();
    expect(exported.more.sign_in).toMatchObject([{ address: "192.0.2.7" }]);
    const rest = await exportAccount(ds.manager, accountId, String(exported.ledger[0]?.seq));
    expect(rest.ledger).toEqual(exported.ledger.slice(1));
    const text = JSON.stringify(exported);
    expect(text).not.toMatch(/_hash|"hash"/u);
    for (const secret of [token, hashOf(token)]) expect(text).not.toContain(secret);
    await refusedWith("ACCOUNT_UNKNOWN", exportAccount(ds.manager, randomUUID()));
  });

  test("is deleted with all it has, not while it plays; the ledger's sums stay, its ids lead to nobody", async () => {
    const { ds } = database;
    const { accountId, characterId, leave } = await rich();
    const other = await rich();
    await other.leave();
    const { accessToken } = await auth.signIn(accountId, "192.0.2.7");
    const all = async () =>
      JSON.stringify(await ds.query("SELECT * FROM item, ledger, character, account ORDER BY 1, 2, 3, seq"));
    const before = await all();
    // Other tests of this database give coins without booking them.
    const unbooked = await verifyLedger(ds.manager);
    await refusedWith("CHARACTER_LIVE", deleteAccount(ds, accountId));
    expect(await all()).toBe(before);
    await leave();
    await deleteAccount(ds, accountId);
    for (const table of [
      "account",
      "character",
      "sign_in",
      "refresh_token",
      "item",
      "ledger",
      "request_result",
    ]) {
      const rows = JSON.stringify(await ds.query(`SELECT * FROM ${table}`));
      for (const id of [accountId, characterId]) expect(`${table}: ${rows}`).not.toContain(id);
    }
    expect(await verifyLedger(ds.manager)).toEqual(unbooked);
    const made = await ds.query(
      "SELECT sum(qty)::int AS herbs FROM ledger WHERE account = 'world' AND item = 'herb'",
    );
    const left = await ds.query(
      "SELECT COALESCE(sum(qty), 0)::int AS herbs FROM item WHERE template = 'herb'",
    );
    expect(made[0].herbs).toBe(-left[0].herbs);
    expect((await exportAccount(ds.manager, other.accountId)).items).toMatchObject([{ qty: 12 }]);
    await refusedWith("TOKEN_REVOKED", auth.current(accessToken));
    await refusedWith("ACCOUNT_UNKNOWN", deleteAccount(ds, accountId));
  });

  test("of a guest ends after a time without a visit; addresses are forgotten sooner", async () => {
    const { ds } = database;
    const [idle, live, back] = [await newGuest(ds), await rich(), await newGuest(ds)];
    const { accountId } = await register(ds, passwords, { name: newName(), password: PASSWORD });
    const [old, young] = [
      await auth.signIn(back.accountId, "192.0.2.1"),
      await auth.signIn(back.accountId, "192.0.2.2"),
    ];
    const age = (table: string, column: string, id: string, days: number) =>
      ds.query(`UPDATE ${table} SET ${column} = now() - make_interval(days => $2) WHERE id = $1`, [id, days]);
    for (const id of [idle.accountId, live.accountId, accountId])
      await age("account", "last_seen_at", id, 181);
    await age("account", "last_seen_at", back.accountId, 179);
    const exists = async (id: string) =>
      (await ds.query("SELECT 1 FROM account WHERE id = $1", [id])).length === 1;
    expect(await sweepGuests(ds, 0)).toBe(0);
    expect(await sweepGuests(ds, 180)).toBe(1);
    expect(
      await Promise.all([idle.accountId, live.accountId, accountId, back.accountId].map(exists)),
    ).toEqual([false, true, true, true]);
    await live.leave();
    await age("sign_in", "created_at", (await auth.caller(old.accessToken)).signInId, 31);
    await forgetAddresses(ds.manager, 30);
    const { more } = await exportAccount(ds.manager, back.accountId);
    expect(more.sign_in?.map(({ address }) => address).sort()).toEqual(["", "192.0.2.2"]);
    expect((await auth.refresh(young.token)).expiresIn).toBeGreaterThan(0);
  });

  test("is its owner's to delete by password, recovery code, or a fresh sign-in where there is no password", async () => {
    const { ds } = database;
    const guest = await newGuest(ds);
    const claims = async ({ accessToken }: { accessToken: string }) => auth.caller(accessToken);
    const fresh = await claims(await auth.signIn(guest.accountId, ""));
    await checkOwner(ds, passwords, fresh, {});
    await ds.query("UPDATE sign_in SET created_at = now() - interval '11 minutes' WHERE id = $1", [
      fresh.signInId,
    ]);
    await refusedWith("SIGN_IN_REFUSED", checkOwner(ds, passwords, fresh, {}));
    await refusedWith("SIGN_IN_REFUSED", checkOwner(ds, passwords, fresh, { recoveryCode: "AAAA-AAAA" }));
    await checkOwner(ds, passwords, fresh, { recoveryCode: guest.recoveryCode });
    const { accountId } = await register(ds, passwords, { name: newName(), password: PASSWORD });
    const signedIn = await claims(await auth.signIn(accountId, ""));
    await refusedWith("SIGN_IN_REFUSED", checkOwner(ds, passwords, signedIn, {}));
    await refusedWith("SIGN_IN_REFUSED", checkOwner(ds, passwords, signedIn, { password: "wrong" }));
    await checkOwner(ds, passwords, signedIn, { password: PASSWORD });
  });

  test("keeps what is still good when what has run out is swept away", async () => {
    const { ds } = database;
    const { accountId } = await newGuest(ds);
    const kept = await auth.signIn(accountId, "");
    const old = await auth.signIn(accountId, "");
    const { signInId } = await auth.caller(old.accessToken);
    await ds.query("UPDATE sign_in SET created_at = now() - interval '500 days' WHERE id = $1", [signInId]);
    await ds.query("UPDATE refresh_token SET expires_at = now() - interval '1 s' WHERE sign_in_id = $1", [
      signInId,
    ]);
    await applyRetention(ds);
    expect(await ds.query("SELECT 1 FROM sign_in WHERE id = $1", [signInId])).toEqual([]);
    await auth.refresh(kept.token);
  });
});

test.each([
  ["Ada", "ADA"],
  ["Ada", "Ａｄａ"],
  ["Zoë", "Zoe\u0308"],
  ["ΣΊΣΥΦΟΣ", "σίσυφος"],
  ["scope", "ѕсоре"],
  ["Å-1", "Å-1"],
])("the names %s and %s are the same", (one, other) => {
  expect(foldName(`${one}`.padEnd(3)).key).toBe(foldName(`${other}`.padEnd(3)).key);
});

test.each([
  "ab",
  "a".repeat(25),
  "Аda",
  "a\u200bda",
  "a@b.c",
  "a__b",
  "-ada",
  "a\0da",
  "ad\u202ea",
  "😀😀😀",
])("%j is no name of an account", (name) => {
  expect(() => foldName(name)).toThrow(expect.objectContaining({ code: "ACCOUNT_NAME_INVALID" }));
});

test.each([
  "a",
  "a@b",
  "@b.org",
  "a b@c.org",
  "a@b.org\n",
  "a@-b.org",
  "a@b..org",
  `${"a".repeat(65)}@b.org`,
])("%j is no address", (email) => {
  const trimmed = email.endsWith("\n") ? `${email}x y` : email;
  expect(() => foldEmail(trimmed)).toThrow(expect.objectContaining({ code: "EMAIL_INVALID" }));
});
