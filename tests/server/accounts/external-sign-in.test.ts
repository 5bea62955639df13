import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { listCharacters } from "../../../server/accounts/account-characters.ts";
import { readAccount } from "../../../server/accounts/accounts.ts";
import { byIdentity } from "../../../server/accounts/identities.ts";
import { type Oidc, openOidc } from "../../../server/accounts/oidc.ts";
import type { Database } from "../../../server/storage/database.ts";
import { newGuest, rowOf } from "../../helpers/characters.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";
import { type Mischief, type OidcProvider, startOidcProvider } from "../../helpers/oidc-provider.ts";

describeOnEachDatabase("a sign-in by an external provider", (open) => {
  let database: Database;
  let provider: OidcProvider;
  let oidc: Oidc;
  beforeAll(async () => {
    [database, provider] = await Promise.all([open(), startOidcProvider()]);
    const { issuer, clientId, clientSecret } = provider;
    const redirectUri = "http://127.0.0.1/v1/identity/return";
    oidc = openOidc(database.ds, { issuer, clientId, clientSecret, redirectUri });
  });
  afterAll(() => provider.close());
  beforeEach(() => {
    provider.mischief = {};
  });

  /** All that a browser does, up to the finish. */
  async function come(user: { sub: string }, accountId?: string) {
    const { url, binding } = await oidc.begin(accountId);
    const back = await provider.visit(url, user);
    const { code = "", state = "", iss } = Object.fromEntries(back.searchParams);
    return { code, state, iss, binding };
  }
  const enter = async (user: { sub: string }, accountId?: string) =>
    byIdentity(database.ds, await oidc.finish(await come(user, accountId)));
  const someone = (more: object = {}) => ({ sub: randomUUID(), ...more });
  const refused = { code: "IDENTITY_REFUSED" };

  test("makes an account the first time and finds it again afterwards", async () => {
    const user = someone({
      preferred_username: "Ada Lovelace",
      email: "ada@example.org",
      email_verified: true,
    });
    const { accountId } = await enter(user);
    expect(await readAccount(database.ds, accountId)).toEqual({
      id: accountId,
      kind: "registered",
      name: "Ada Lovelace",
      email: "ada@example.org",
      role: "player",
    });
    expect(await enter(user)).toEqual({ accountId });
  });

  test("gives another name where the provider's is taken or none, and no address that is not verified", async () => {
    const { ds } = database;
    const first = await enter(someone({ name: "Twin Name" }));
    const second = await enter(
      someone({ name: "TWIN name", email: "twin@example.org", email_verified: false }),
    );
    expect(second).not.toEqual(first);
    expect(await readAccount(ds, second.accountId)).toMatchObject({ email: null });
    expect((await readAccount(ds, second.accountId)).name).toMatch(/^TWIN name-\d{4}$/);
    const unnamed = await enter(someone({ name: "\u202e<>" }));
    expect((await readAccount(ds, unnamed.accountId)).name).toMatch(/^player-\d{7}$/);
  });

  test("never finds an account by its e-mail address", async () => {
    const mail = { email: "shared@example.org", email_verified: true };
    const first = await enter(someone({ name: "first owner", ...mail }));
    const second = await enter(someone({ name: "second owner", ...mail }));
    expect(second).not.toEqual(first);
    expect((await readAccount(database.ds, second.accountId)).email).toBeNull();
  });

  test("upgrades the guest who began it, and keeps what the guest has", async () => {
    const { ds } = database;
    const guest = await newGuest(ds);
    const before = await rowOf(ds, guest.characterId);
    const user = someone({ name: "Upgraded" });
    expect(await enter(user, guest.accountId)).toEqual({ accountId: guest.accountId });
    expect(await readAccount(ds, guest.accountId)).toMatchObject({ kind: "registered", name: "Upgraded" });
    expect(await rowOf(ds, guest.characterId)).toEqual(before);
    // Somebody else's guest cannot take the identity over.
    const other = await newGuest(ds);
    await expect(enter(user, other.accountId)).rejects.toMatchObject({ code: "IDENTITY_TAKEN" });
    expect(await readAccount(ds, other.accountId)).toMatchObject({ kind: "guest", name: null });
    expect(await listCharacters(ds, other.accountId)).toHaveLength(1);
  });

  test("makes one account when the same person comes twice at the same moment", async () => {
    const user = someone({ name: "Hasty" });
    const came = await Promise.all([come(user), come(user), come(user)]);
    const identities = await Promise.all(came.map((one) => oidc.finish(one)));
    const entered = await Promise.all(identities.map((one) => byIdentity(database.ds, one)));
    expect(new Set(entered.map(({ accountId }) => accountId)).size).toBe(1);
  });

  test("is finished once, by the browser that began it, with its own state, in time", async () => {
    const good = await come(someone());
    const { exchanges } = provider;
    await expect(oidc.finish({ ...good, state: "other" })).rejects.toMatchObject(refused);
    await expect(oidc.finish({ ...good, binding: "other" })).rejects.toMatchObject(refused);
    const mine = await oidc.begin();
    await expect(oidc.finish({ ...good, binding: mine.binding })).rejects.toMatchObject(refused);
    expect(provider.exchanges).toBe(exchanges);
    await oidc.finish(good);
    await expect(oidc.finish(good)).rejects.toMatchObject(refused);
    expect(provider.exchanges).toBe(exchanges + 1);
    const late = await come(someone());
    await database.ds.query("UPDATE oidc_attempt SET expires_at = now() - interval '1 ms'");
    await expect(oidc.finish(late)).rejects.toMatchObject(refused);
    const mixed = await come(someone());
    await expect(oidc.finish({ ...mixed, iss: "https://evil.example" })).rejects.toMatchObject(refused);
  });

  test("cannot be finished with a code that was given to another attempt (PKCE)", async () => {
    const [stolen, mine] = [await come(someone()), await come(someone())];
    await expect(oidc.finish({ ...mine, code: stolen.code })).rejects.toMatchObject(refused);
  });

  const now = Math.floor(Date.now() / 1000);
  test.each<[string, Mischief]>([
    ["with another nonce", { claims: { nonce: "other" } }],
    ["without a nonce", { claims: { nonce: undefined } }],
    ["for another client", { claims: { aud: "another client" } }],
    ["for several, none of them named as the one", { claims: { aud: ["roomkeep test", "another"] } }],
    ["authorised for another", { claims: { azp: "another client" } }],
    ["of another issuer", { claims: { iss: "https://evil.example" } }],
    ["that has expired", { claims: { iat: now - 600, exp: now - 300 } }],
    ["that is not valid yet", { claims: { nbf: now + 600 } }],
    ["of nobody", { claims: { sub: undefined } }],
    ["signed by a key that is not published", { foreignKey: true }],
    ["signed with the client secret", { hmac: true }],
    ["signed by an algorithm that is not asked for", { algorithm: "RS512" }],
    ["that is not signed", { unsigned: true }],
    ["that never came", { refuse: true }],
  ])("is refused with an identity token %s", async (_what, mischief) => {
    const good = await come(someone());
    provider.mischief = mischief;
    await expect(oidc.finish(good)).rejects.toMatchObject(refused);
  });

  test.each([
    [
      "an issuer without TLS that is on another machine",
      "http://id.example.org",
      "https://play.example.org/",
    ],
    ["one that only looks local", "http://127.0.0.1.example.org", "https://play.example.org/"],
    ["a redirect with a query", "https://id.example.org", "https://play.example.org/?a=1"],
  ])("is not opened with %s", (_what, issuer, redirectUri) => {
    const open = () => openOidc(database.ds, { issuer, redirectUri, clientId: "x", clientSecret: "y" });
    expect(open).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });

  test("is refused, not left hanging, when the provider is away or calls itself something else", async () => {
    const settings = { clientId: "x", clientSecret: undefined, redirectUri: "http://127.0.0.1/" };
    for (const issuer of ["http://127.0.0.1:1", `${provider.issuer}/`]) {
      await expect(openOidc(database.ds, { ...settings, issuer }).begin()).rejects.toMatchObject(refused);
    }
  });
});
