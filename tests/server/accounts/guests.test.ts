import { beforeAll, expect, test } from "vitest";
import { changeAppearance, checkAppearance } from "../../../server/accounts/appearance.ts";
import {
  byRecovery,
  chosenCharacter,
  createGuest,
  renewRecoveryCode,
} from "../../../server/accounts/guests.ts";
import type { Database } from "../../../server/storage/database.ts";
import { CODE_ALPHABET } from "../../../shared/constants.ts";
import { newGuest, rowOf } from "../../helpers/characters.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";

describeOnEachDatabase("a guest", (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  test("is an account with one character and a code to read out", async () => {
    const { ds } = database;
    const { recoveryCode, ...guest } = await newGuest(ds);
    expect(recoveryCode).toMatch(new RegExp(`^([${CODE_ALPHABET}]{4}-){3}[${CODE_ALPHABET}]{4}$`));
    expect(await chosenCharacter(ds, guest.accountId)).toEqual(guest);
  });

  test("leaves no code in the database", async () => {
    const { ds } = database;
    const { recoveryCode } = await newGuest(ds);
    const stored = JSON.stringify(await ds.query("SELECT * FROM account"));
    expect(stored).not.toContain(recoveryCode);
    expect(stored).not.toContain(recoveryCode.replaceAll("-", ""));
  });

  test("is found by the code, however it is typed, again and again", async () => {
    const { ds } = database;
    const { recoveryCode, ...guest } = await newGuest(ds);
    const typed = ` ${recoveryCode.toLowerCase().replaceAll("-", " ")}`;
    expect(await byRecovery(ds, typed)).toEqual(guest);
    expect((await byRecovery(ds, recoveryCode)).characterId).toBe(guest.characterId);
  });

  test("may have a new code, and the old one ends", async () => {
    const { ds } = database;
    const { accountId, characterId, recoveryCode } = await newGuest(ds);
    const code = await renewRecoveryCode(ds, accountId);
    await expect(byRecovery(ds, recoveryCode)).rejects.toMatchObject({ code: "RECOVERY_INVALID" });
    expect((await byRecovery(ds, code)).characterId).toBe(characterId);
  });

  test.each(["", "x", "' OR '1'='1", "\0", "a".repeat(10_000)])("%j is no code", async (secret) => {
    const { ds } = database;
    await expect(byRecovery(ds, secret)).rejects.toMatchObject({ code: "RECOVERY_INVALID" });
  });

  test.each([
    ["empty", "", "empty"],
    ["of spaces", " \u00a0\u3000 ", "empty"],
    ["of 65 letters", "a".repeat(65), "65 characters"],
    ["with a control character", "a\u0007b", "cannot be shown"],
    ["with NUL", "a\0b", "cannot be shown"],
    ["with a right-to-left override", "a\u202eb", "cannot be shown"],
    ["with half a character", "a\ud800", "cannot be shown"],
    ["of a filler that looks empty", "\u3164", "cannot be shown"],
  ])("a name %s is refused and nothing is made", async (_, name, reason) => {
    const { ds } = database;
    const count = () =>
      ds.query("SELECT (SELECT count(*) FROM account) + (SELECT count(*) FROM character) AS n");
    const before = await count();
    await expect(createGuest(ds, { name, color: 0, shape: 0 })).rejects.toMatchObject({
      code: "NAME_INVALID",
      message: expect.stringContaining(reason),
    });
    expect(await count()).toEqual(before);
  });

  test.each([-1, 10, 0.5, Number.NaN])("colour and shape %d are refused", (index) => {
    expect(() => checkAppearance({ name: "Ada", color: index, shape: 0 })).toThrow(/no colour/);
    expect(() => checkAppearance({ name: "Ada", color: 0, shape: index })).toThrow(/no shape/);
  });

  test("a name of other scripts and joined emoji is kept, its spaces tidied", () => {
    expect(checkAppearance({ name: "  Zoe\u0308   👩‍🚀 ", color: 0, shape: 0 }).name).toBe("Zoë 👩‍🚀");
  });

  test("changes its name and looks, but not those of another", async () => {
    const { ds } = database;
    const ada = await newGuest(ds);
    const bob = await newGuest(ds);
    await changeAppearance(ds, ada, { name: "Grace", color: 3, shape: 1 });
    expect(await chosenCharacter(ds, ada.accountId)).toMatchObject({ name: "Grace", color: 3, shape: 1 });
    const before = await rowOf(ds, bob.characterId);
    const forged = { accountId: ada.accountId, characterId: bob.characterId };
    await expect(changeAppearance(ds, forged, { name: "Eve", color: 0, shape: 0 })).rejects.toMatchObject({
      code: "CHARACTER_MISSING",
    });
    expect(await rowOf(ds, bob.characterId)).toEqual(before);
  });
});
