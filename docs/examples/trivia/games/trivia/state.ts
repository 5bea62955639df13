import { t } from "@colyseus/schema";
import { defineGameState, own, Seat } from "roomkeep/shared";

const fields = { points: t.uint16().default(0), choice: own(t.string().default("")) };
export const TriviaSeat = Seat.extend(fields, "TriviaSeat");
export const TriviaState = defineGameState("TriviaState", {
  seat: TriviaSeat,
  fields: { question: t.string().default(""), answers: t.array("string"), right: t.string().default("") },
});
export type TriviaState = InstanceType<typeof TriviaState>;
