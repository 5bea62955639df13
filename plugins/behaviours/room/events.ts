import { defineEvent } from "roomkeep/shared";
import { z } from "zod";

/** A line that an actor's behaviour says, to players near by; the event's actor says it. */
export const BehaviourSaid = defineEvent({
  name: "behaviours.said",
  schema: z.object({ text: z.string() }),
  to: "nearby",
  radiusM: 20,
});

/** An event that an actor's behaviour emits, for the rules of the game; players are not told. */
export const BehaviourEmitted = defineEvent({
  name: "behaviours.emitted",
  schema: z.object({ name: z.string(), payload: z.unknown() }),
});
