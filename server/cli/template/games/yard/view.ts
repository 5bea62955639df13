import { defineView } from "roomkeep/client";
import { yard } from "./level.ts";
import type { YardState } from "./state.ts";
import { yardStep } from "./step.ts";

export const yardView = defineView<YardState>({
  title: "Yard",
  level: yard,
  step: () => yardStep,
  mount({ room, show }) {
    const showGoals = () => show("top", () => `Goals: ${room.state.goals}`);
    room.onStateChange(showGoals);
    return () => room.onStateChange.remove(showGoals);
  },
});
