import { LocalPresence } from "@colyseus/core";
import { defineCommand, openReplay, WorldRoom } from "roomkeep/rooms";
import { WorldState } from "roomkeep/shared";
import { expect, test } from "vitest";
import { z } from "zod";

class AskingRoom extends WorldRoom {
  override state = new WorldState();
  override commands = [
    defineCommand<AskingRoom>({
      name: "break",
      help: "Throws.",
      run: () => {
        throw new Error("This command is broken.");
      },
    }),
  ];
  readonly travels: Promise<void>[] = [];

  protected override onOpen(): void {
    this.on("save", z.strictObject({}), ({ claim }) => {
      void this.ports.characters.save(claim, claim.sheet.state);
    });
    this.on("go", z.strictObject({}), (player) => {
      this.travels.push(this.travel([player], { to: "elsewhere" }));
    });
  }
}

test("a re-run refuses what a rule asks of its process, and counts it as a fault", async () => {
  const { room, join, message, tick } = await openReplay(AskingRoom);
  join("ann");
  message("ann", "save", {});
  tick();
  expect([...room.faults]).toEqual([["onMessage", 1]]);
});

test("a re-run goes nowhere and tells nobody", async () => {
  const { room, join, message, command } = await openReplay(AskingRoom);
  const heard: string[] = [];
  room.presence = new LocalPresence();
  await room.presence.subscribe("roomkeep:announcements", (text: string) => heard.push(text));
  join("ann");
  message("ann", "go", {});
  await Promise.all(room.travels);
  command("operator", "admin", "/announce Soon.");
  await room.presence.publish("roomkeep:announcements", "the last one");
  expect(heard).toEqual(["the last one"]);
  expect(room.players.get("ann")?.departure).toBeUndefined();
  expect([...room.faults]).toEqual([]);
});

test("a command that throws ends no re-run, and one that needs a live room has an answer", async () => {
  const { room, command } = await openReplay(AskingRoom);
  command("operator", "admin", "/tick");
  expect([...room.faults]).toEqual([]);
  command("operator", "admin", "/break");
  await expect.poll(() => [...room.faults]).toEqual([["command", 1]]);
});
