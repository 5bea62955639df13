import { games } from "../../server/main.ts";

const { plaza, tag, meadow, cave } = games;

/** The sample games with a world: only their rooms tick, and only ticks are recorded. */
export const worlds = { plaza, tag, meadow, cave };
export type WorldName = keyof typeof worlds;
