import { definePhases, phaseMessage } from "roomkeep/rooms";
import { GameState, Seat } from "roomkeep/shared";
import { expect, test } from "vitest";
import { z } from "zod";
import type { PhaseHost } from "../../../rooms/phases/phases.ts";
import { openFaults } from "../../../rooms/simulation/faults.ts";

type Act = (player: { sessionId: string }, message: unknown) => unknown;

/** Phases in a room whose timers never come, as in a process that stands still. */
function open() {
  const state = new GameState();
  state.seats.set("ann", new Seat({ id: "ann" }));
  const acts = new Map<string, Act>();
  const heard: string[] = [];
  const time = { now: 0 };
  const phases = definePhases({
    guess: {
      seconds: 10,
      messages: { guess: phaseMessage(z.string(), ({ sessionId }) => void heard.push(sessionId)) },
      next: "scores",
    },
    scores: {},
  });
  phases.open({
    room: "Quiz",
    state,
    faults: openFaults(() => undefined),
    now: () => time.now,
    later: () => ({ clear() {} }),
    router: { on: (type, _schema, act) => void acts.set(type, act as unknown as Act) } as PhaseHost["router"],
    begun() {},
    entered() {},
  });
  phases.begin();
  const say = (sessionId: string) => acts.get("guess")?.({ sessionId }, "now");
  return { state, time, heard, say };
}

test("what comes after the time is of the wrong phase, though no timer has run", () => {
  const { state, time, heard, say } = open();
  time.now = 9_999;
  expect(say("ann")).toBeUndefined();
  time.now = 10_000;
  expect(say("ann")).toMatchObject({ code: "PHASE_WRONG" });
  expect([state.phase, heard]).toEqual(["scores", ["ann"]]);
});

test("who has no seat acts in no phase", () => {
  const { heard, say } = open();
  expect(say("bob")).toMatchObject({ code: "SEAT_NONE" });
  expect(heard).toEqual([]);
});
