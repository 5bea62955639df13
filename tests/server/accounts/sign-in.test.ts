import { createPublicKey, generateKeyPairSync, randomUUID } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, exportJWK, importJWK, SignJWT } from "jose";
import { beforeAll, expect, test } from "vitest";
import { type Auth, openAuth } from "../../../server/accounts/auth.ts";
import { giveTicket, useTicket } from "../../../server/accounts/join-tickets.ts";
import { openTokenKeys, type TokenKeys } from "../../../server/accounts/token-keys.ts";
import type { Database } from "../../../server/storage/database.ts";
import { newGuest } from "../../helpers/characters.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";

const refused = (code: string) => ({ code });

describeOnEachDatabase("a sign-in", (open) => {
  let database: Database;
  let keys: TokenKeys;
  let auth: Auth;
  beforeAll(async () => {
    database = await open();
    keys = await openTokenKeys(database.ds);
    auth = openAuth(database.ds, keys);
  });

  /** A guest who signed in. */
  async function signedIn() {
    const guest = await newGuest(database.ds);
    return { guest, pair: await auth.signIn(guest.accountId, "192.0.2.1") };
  }
  /** Moves all the times of a sign-in's refresh tokens back, instead of waiting. */
  const age = (accountId: string, by: string) =>
    database.ds.query(
      `UPDATE refresh_token SET used_at = used_at - $2::interval, expires_at = expires_at - $2::interval
       WHERE sign_in_id IN (SELECT id FROM sign_in WHERE account_id = $1)`,
      [accountId, by],
    );

  test("gives an access token of ten minutes, and no token is in the database", async () => {
    const { guest, pair } = await signedIn();
    const { iat = 0, exp } = decodeJwt(pair.accessToken);
    expect(exp).toBe(iat + 600);
    expect(decodeProtectedHeader(pair.accessToken)).toMatchObject({ alg: "EdDSA", kid: expect.any(String) });
    expect(await auth.caller(pair.accessToken)).toMatchObject({ accountId: guest.accountId, role: "player" });
    const stored = JSON.stringify(await database.ds.query("SELECT * FROM refresh_token, sign_in"));
    expect(stored).not.toContain(pair.token);
  });

  test("is known to another process of the same database, and to no other database", async () => {
    const { pair } = await signedIn();
    const other = openAuth(database.ds, await openTokenKeys(database.ds));
    expect(await other.caller(pair.accessToken)).toEqual(await auth.caller(pair.accessToken));
    const foreign = openAuth(database.ds, await openTokenKeys(database.ds, ["f".repeat(32)]));
    await expect(foreign.caller(pair.accessToken)).rejects.toMatchObject(refused("TOKEN_INVALID"));
  });

  test("goes on when the configured key is changed, as long as the old one is named too", async () => {
    const [old, next] = ["o".repeat(32), "n".repeat(32)];
    const guest = await newGuest(database.ds);
    const before = openAuth(database.ds, await openTokenKeys(database.ds, [old]));
    const { accessToken } = await before.signIn(guest.accountId, "");
    const during = openAuth(database.ds, await openTokenKeys(database.ds, [next, old]));
    expect((await during.caller(accessToken)).accountId).toBe(guest.accountId);
    const after = openAuth(database.ds, await openTokenKeys(database.ds, [next]));
    await expect(after.caller(accessToken)).rejects.toMatchObject(refused("TOKEN_INVALID"));
  });

  const claims = () => ({ sid: randomUUID(), role: "admin" });
  /** An access token signed with the very key of the server, but for what is changed. */
  async function forge(change: (token: SignJWT) => SignJWT, header: Record<string, unknown> = {}) {
    const secret = "k".repeat(32);
    const own = await openTokenKeys(database.ds, [secret]);
    const real = await own.sign({ accountId: randomUUID(), signInId: randomUUID(), role: "player" });
    const { kid } = decodeProtectedHeader(real);
    const { createPrivateKey, hkdfSync } = await import("node:crypto");
    const seed = Buffer.from(hkdfSync("sha256", secret, "", "roomkeep access token", 32));
    const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
    const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    const token = change(
      new SignJWT(claims())
        .setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid, ...header })
        .setSubject(randomUUID())
        .setIssuer("roomkeep")
        .setAudience("roomkeep:api")
        .setIssuedAt()
        .setNotBefore("0s")
        .setExpirationTime("5m"),
    );
    return { text: await token.sign(key), key, kid, read: (text: string) => own.read(text) };
  }
  const now = () => Math.floor(Date.now() / 1000);

  test("a forged token is good when nothing is wrong with it (so that the refusals below mean something)", async () => {
    const { text, read } = await forge((token) => token);
    expect(await read(text)).toMatchObject({ role: "admin" });
  });

  test.each<[string, (token: SignJWT) => SignJWT, Record<string, unknown>, string]>([
    ["expired", (token) => token.setExpirationTime(now() - 10), {}, "TOKEN_EXPIRED"],
    ["not yet valid", (token) => token.setNotBefore(now() + 60), {}, "TOKEN_INVALID"],
    ["issued in the future", (token) => token.setIssuedAt(now() + 60), {}, "TOKEN_INVALID"],
    [
      "older than ten minutes, whatever end it names",
      (token) => token.setIssuedAt(now() - 700).setExpirationTime("1h"),
      {},
      "TOKEN_EXPIRED",
    ],
    ["for a foreign audience", (token) => token.setAudience("elsewhere"), {}, "TOKEN_INVALID"],
    ["of a foreign issuer", (token) => token.setIssuer("elsewhere"), {}, "TOKEN_INVALID"],
    ["signed by another algorithm that fits the key", (token) => token, { alg: "Ed25519" }, "TOKEN_INVALID"],
    ["of another type", (token) => token, { typ: "JWT" }, "TOKEN_INVALID"],
    ["of an unknown key", (token) => token, { kid: "other" }, "TOKEN_INVALID"],
    ["without a key", (token) => token, { kid: undefined }, "TOKEN_INVALID"],
    ["for nobody", (token) => token.setSubject("root"), {}, "TOKEN_INVALID"],
  ])("a token that is %s is refused", async (_what, change, header, code) => {
    const { text, read } = await forge(change, header);
    await expect(read(text)).rejects.toMatchObject(refused(code));
  });

  test("a token with algorithm none, or signed with the public key as a secret, is refused", async () => {
    const { text, key, kid, read } = await forge((token) => token);
    const [, body] = text.split(".");
    const head = (alg: string) =>
      Buffer.from(JSON.stringify({ alg, typ: "at+jwt", kid })).toString("base64url");
    for (const alg of ["none", "None", ""]) {
      await expect(read(`${head(alg)}.${body}.`)).rejects.toMatchObject(refused("TOKEN_INVALID"));
    }
    const publicKey = createPublicKey(key);
    for (const secret of [
      publicKey.export({ format: "pem", type: "spki" }),
      publicKey.export({ format: "der", type: "spki" }),
      Buffer.from((await exportJWK(publicKey)).x!, "base64url"),
    ]) {
      const confused = await new SignJWT(decodeJwt(text))
        .setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid })
        .sign(Buffer.from(secret));
      await expect(read(confused)).rejects.toMatchObject(refused("TOKEN_INVALID"));
    }
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const jwk = await exportJWK(createPublicKey(privateKey));
    const embedded = await new SignJWT(decodeJwt(text))
      .setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid, jwk })
      .sign(await importJWK(await exportJWK(privateKey), "RS256"));
    await expect(read(embedded)).rejects.toMatchObject(refused("TOKEN_INVALID"));
    const [h = "", b = "", s = ""] = text.split(".");
    const tampered = Buffer.from(JSON.stringify({ ...decodeJwt(text), sub: randomUUID() })).toString(
      "base64url",
    );
    await expect(read(`${h}.${tampered}.${s}`)).rejects.toMatchObject(refused("TOKEN_INVALID"));
    for (const junk of ["", "x", "a.b.c", `${h}.${b}`, "\0", "x".repeat(100_000)]) {
      await expect(read(junk)).rejects.toMatchObject(refused("TOKEN_INVALID"));
    }
  });

  test("is refreshed by a token that is good once, and stays the same sign-in", async () => {
    const { guest, pair } = await signedIn();
    const second = await auth.refresh(pair.token);
    expect(second.token).not.toBe(pair.token);
    const before = await auth.caller(pair.accessToken);
    expect(await auth.current(second.accessToken)).toEqual(before);
    expect((await auth.refresh(second.token)).token).not.toBe(second.token);
    expect(before.accountId).toBe(guest.accountId);
  });

  test("is ended, the thief's tokens and the owner's alike, when a used refresh token comes again", async () => {
    const { pair } = await signedIn();
    const second = await auth.refresh(pair.token);
    const third = await auth.refresh(second.token);
    await expect(auth.refresh(pair.token)).rejects.toMatchObject(refused("TOKEN_REUSED"));
    await expect(auth.refresh(third.token)).rejects.toMatchObject(refused("TOKEN_REVOKED"));
    await expect(auth.current(third.accessToken)).rejects.toMatchObject(refused("TOKEN_REVOKED"));
  });

  test("survives a lost answer: the same successor again, however late, until it was used", async () => {
    const { guest, pair } = await signedIn();
    const second = await auth.refresh(pair.token);
    expect((await auth.refresh(pair.token)).token).toBe(second.token);
    await age(guest.accountId, "3 days");
    expect((await auth.refresh(pair.token)).token).toBe(second.token);
    const third = await auth.refresh(second.token);
    await expect(auth.refresh(pair.token)).rejects.toMatchObject(refused("TOKEN_REUSED"));
    await expect(auth.refresh(third.token)).rejects.toMatchObject(refused("TOKEN_REVOKED"));
  });

  test("survives a lost answer when the key was changed meanwhile", async () => {
    const [old, next] = ["p".repeat(32), "q".repeat(32)];
    const before = openAuth(database.ds, await openTokenKeys(database.ds, [old]));
    const { token } = await before.signIn((await newGuest(database.ds)).accountId, "");
    const second = await before.refresh(token);
    const after = openAuth(database.ds, await openTokenKeys(database.ds, [next, old]));
    expect((await after.refresh(token)).token).toBe(second.token);
    await after.refresh(second.token);
  });

  test("gives two tabs that refresh at the same moment the same next token", async () => {
    const { pair } = await signedIn();
    const answers = await Promise.all(Array.from({ length: 6 }, () => auth.refresh(pair.token)));
    expect(new Set(answers.map(({ token }) => token)).size).toBe(1);
    await auth.refresh(answers[0]!.token);
  });

  test("does not last for ever, and unknown tokens are none", async () => {
    const { guest, pair } = await signedIn();
    await age(guest.accountId, "401 days");
    for (const token of [pair.token, "", "rkr_x", "' OR '1'='1", "\0"]) {
      await expect(auth.refresh(token)).rejects.toMatchObject(refused("TOKEN_INVALID"));
    }
  });

  test("ends by signing out, alone or everywhere", async () => {
    const { guest, pair } = await signedIn();
    const phone = await auth.signIn(guest.accountId, "");
    const tablet = await auth.signIn(guest.accountId, "");
    await auth.signOut(await auth.caller(pair.accessToken));
    await expect(auth.current(pair.accessToken)).rejects.toMatchObject(refused("TOKEN_REVOKED"));
    await expect(auth.refresh(pair.token)).rejects.toMatchObject(refused("TOKEN_REVOKED"));
    await auth.current(phone.accessToken);
    await auth.signOutEverywhere(guest.accountId);
    for (const { token, accessToken } of [phone, tablet]) {
      await expect(auth.current(accessToken)).rejects.toMatchObject(refused("TOKEN_REVOKED"));
      await expect(auth.refresh(token)).rejects.toMatchObject(refused("TOKEN_REVOKED"));
    }
  });

  const plaza = { game: "plaza", roomId: undefined, address: "" };

  test("gives a join ticket that lets in once, though two come with it at the same moment", async () => {
    const { guest, pair } = await signedIn();
    const { ticket } = await giveTicket(database.ds, await auth.current(pair.accessToken), { game: "plaza" });
    const came = await Promise.allSettled(
      Array.from({ length: 8 }, () => useTicket(database.ds, ticket, plaza)),
    );
    const inside = came.filter((one) => one.status === "fulfilled");
    expect(inside.map(({ value }) => value.characterId)).toEqual([guest.characterId]);
    for (const one of came) if (one.status === "rejected") expect(one.reason.code).toBe("TICKET_USED");
    await expect(useTicket(database.ds, ticket, plaza)).rejects.toMatchObject(refused("TICKET_USED"));
  });

  test("gives a ticket for one door only, and for a short while", async () => {
    const { ds } = database;
    const { pair } = await signedIn();
    const caller = await auth.current(pair.accessToken);
    const forGame = (await giveTicket(ds, caller, { game: "plaza" })).ticket;
    await expect(useTicket(ds, forGame, { ...plaza, game: "tag" })).rejects.toMatchObject(
      refused("TICKET_ELSEWHERE"),
    );
    await useTicket(ds, forGame, { ...plaza, roomId: "Q7KX" });
    const forRoom = (await giveTicket(ds, caller, { roomId: "Q7KX" })).ticket;
    for (const knock of [plaza, { ...plaza, roomId: "AAAA" }]) {
      await expect(useTicket(ds, forRoom, knock)).rejects.toMatchObject(refused("TICKET_ELSEWHERE"));
    }
    await useTicket(ds, forRoom, { ...plaza, roomId: "Q7KX" });
    const late = (await giveTicket(ds, caller, { game: "plaza" })).ticket;
    await ds.query("UPDATE join_ticket SET expires_at = now() - interval '1 ms'");
    await expect(useTicket(ds, late, plaza)).rejects.toMatchObject(refused("TICKET_EXPIRED"));
    const ended = (await giveTicket(ds, caller, { game: "plaza" })).ticket;
    await auth.signOut(caller);
    await expect(useTicket(ds, ended, plaza)).rejects.toMatchObject(refused("TOKEN_REVOKED"));
    for (const junk of [undefined, "", "rkt_x", pair.token, pair.accessToken]) {
      await expect(useTicket(ds, junk, plaza)).rejects.toMatchObject(refused("TICKET_INVALID"));
    }
  });

  test("gives no ticket for somebody else's character", async () => {
    const { pair } = await signedIn();
    const other = await newGuest(database.ds);
    const caller = await auth.current(pair.accessToken);
    await expect(giveTicket(database.ds, caller, { game: "plaza" }, other.characterId)).rejects.toMatchObject(
      refused("CHARACTER_MISSING"),
    );
  });
});
