import { WorldState } from "roomkeep/shared";

/** State of the plaza: nothing but its actors, which are players, crates and balls. */
export const PlazaState = WorldState.extend({}, "PlazaState");
export type PlazaState = InstanceType<typeof PlazaState>;
