import { WorldRoom } from "roomkeep/rooms";
import { defineActor, refuse, WorldState } from "roomkeep/shared";
import { bootServer, joinAs, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { type PredictedEffect, predictEffects } from "../../client/network/optimistic-effects.ts";
import { openProxy } from "../helpers/cuttable-proxy.ts";

const Bag = defineActor("bag", { fields: {} });

/** Bags may be dropped on the east side only. */
class DropRoom extends WorldRoom {
  static override readonly listing = { label: "Drop", description: "Bags.", maxPlayers: 4 };
  override state = new WorldState();
  protected override onOpen(): void {
    this.on("drop", z.strictObject({ x: z.number() }), (_player, { x }) => {
      if (x < 0) return refuse("ACTION_REFUSED", "Not in the west.");
      this.world.spawn(new Bag({ x }));
      return undefined;
    });
    this.on("vanish", z.strictObject({}), () => {});
  }
}

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ drop: DropRoom });
});
afterAll(() => world.close());

/** A screen that notes what is shown, and when it is confirmed or taken back. */
function openScreen(player: TestPlayer, waitMs?: number) {
  const seen: string[] = [];
  const predict = predictEffects(player.room, waitMs);
  const show = (name: string, more: Partial<PredictedEffect> = {}) => {
    return (): PredictedEffect => {
      seen.push(`${name} shown`);
      return {
        undo: () => void seen.push(`${name} undone`),
        confirm: () => void seen.push(`${name} confirmed`),
        ...more,
      };
    };
  };
  return { seen, predict, show };
}
const bagAt = (x: number) => ({
  becomes: (actor: { kind: string; x: number }) => actor.kind === "bag" && actor.x === x,
});

it("shows an effect at once; the room's yes confirms it, its no takes it back", async () => {
  const ann = await world.join("drop", { name: "Ann" });
  const { seen, predict, show } = openScreen(ann);
  const good = predict("drop", { x: 1 }, show("east"));
  expect(seen).toEqual(["east shown"]);
  expect(await good).toBe(true);
  expect(await predict("drop", { x: -1 }, show("west"))).toBe(false);
  expect(await predict("drop", { x: "far" }, show("nonsense"))).toBe(false);
  expect(seen.filter((line) => !line.endsWith("shown"))).toEqual([
    "east confirmed",
    "west undone",
    "nonsense undone",
  ]);
  await ann.leave();
});

it("takes back the refused one of several that are under way, and no other", async () => {
  const ann = await world.join("drop", { name: "Ann" });
  const { seen, predict, show } = openScreen(ann);
  const all = [1, -2, 3, -4].map((x) => predict("drop", { x }, show(String(x), bagAt(x))));
  expect(await Promise.all(all)).toEqual([true, false, true, false]);
  expect(seen.slice(4).sort()).toEqual(["-2 undone", "-4 undone", "1 confirmed", "3 confirmed"]);
  await ann.leave();
});

it("hands a predicted spawn over to its actor when that has come, and to one only", async () => {
  const ann = await world.join("drop", { name: "Ann" });
  const { seen, predict, show } = openScreen(ann);
  const bags = () => [...ann.room.state.actors.values()].filter(({ kind }) => kind === "bag").length;
  const before = bags();
  const there: number[] = [];
  // Two alike: each waits for a bag of its own.
  const alike = [1, 2].map(() =>
    predict("drop", { x: 9 }, show("bag", { ...bagAt(9), confirm: () => void there.push(bags() - before) })),
  );
  expect(await Promise.all(alike)).toEqual([true, true]);
  expect(there).toHaveLength(2);
  expect(Math.max(...there)).toBe(2);
  expect(Math.min(...there)).toBeGreaterThan(0);
  expect(seen.filter((line) => line.endsWith("undone"))).toEqual([]);
  await ann.leave();
});

it("takes back a spawn that never comes, and what a lost connection leaves unanswered", async () => {
  const proxy = await openProxy(world.server.port);
  const ann = await joinAs(`http://127.0.0.1:${proxy.port}`, "drop", { name: "Ann" });
  const { seen, predict, show } = openScreen(ann, 400);
  expect(await predict("vanish", {}, show("ghost", bagAt(7)))).toBe(false);
  const lost = predict("drop", { x: 5 }, show("lost"));
  proxy.cut();
  expect(await lost).toBe(false);
  expect(await predict("drop", { x: 6 }, show("late"))).toBe(false);
  expect(seen.filter((line) => line.endsWith("undone"))).toEqual([
    "ghost undone",
    "lost undone",
    "late undone",
  ]);
  ann.stop();
  await proxy.close();
});
