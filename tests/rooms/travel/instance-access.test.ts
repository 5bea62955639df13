import { LocalPresence } from "@colyseus/core";
import { expect, test } from "vitest";
import { openInstanceAccess } from "../../../rooms/travel/instance-access.ts";
import { testLog } from "../../helpers/databases.ts";

const asked: string[] = [];
const open = (key: string | undefined) =>
  openInstanceAccess({
    key,
    askKey: async (characterId) => {
      asked.push(characterId);
      return characterId.startsWith("ann") ? "party-1" : characterId;
    },
    presence: new LocalPresence(),
    roomName: "cave",
    roomId: "Q7KX",
    log: testLog as never,
  });

test("the door of a room that is no instance asks nobody and remembers nobody, however many come", async () => {
  const access = open(undefined);
  for (let i = 0; i < 1_000; i++) {
    await access.ask(`guest-${i}`);
    access.remember(`guest-${i}`);
  }
  expect(access.size).toBe(0);
  expect(asked).toEqual([]);
});

test("an instance lets in its party, and again who was in; nobody else", async () => {
  const access = open("party-1");
  await access.ask("ann");
  await expect(access.ask("bob")).rejects.toMatchObject({ code: "INSTANCE_CLOSED" });
  access.remember("bob");
  await access.ask("bob");
  expect([access.size, asked]).toEqual([1, ["ann", "bob"]]);
  await access.close();
});
