import { effect } from "@preact/signals";
import { expect, test, vi } from "vitest";
import { openHudStore, showSlot } from "../../client/hud-store.ts";
import { tellMissingViews } from "../../client/shown-view.ts";

test("a slot renders anew at each show, be it with the same function, and is emptied by null", () => {
  const { slots } = openHudStore();
  const shown: unknown[] = [];
  // As the page does: what reads the slot is drawn again when it changes.
  const stop = effect(() => void shown.push(slots.top.value?.render() ?? "nothing"));
  let score = 1;
  const render = () => `score ${score}`;
  showSlot({ slots }, "top", render);
  score = 2;
  showSlot({ slots }, "top", render);
  showSlot({ slots }, "top", null);
  expect(shown).toEqual(["nothing", "score 1", "score 2", "nothing"]);
  stop();
});

test("the builder is told once of each game that has no view", () => {
  const told = vi.spyOn(console, "error").mockImplementation(() => {});
  for (let n = 0; n < 2; n++) tellMissingViews(["plaza", "quiz"], { plaza: async () => ({}) as never });
  expect(told.mock.calls).toEqual([[expect.stringContaining('no view for the game "quiz"')]]);
  told.mockRestore();
});
