import { WorldState } from "roomkeep/shared";

/** The plaza has nothing but its actors: people, crates and balls. */
export const PlazaState = WorldState.extend({}, "PlazaState");
export type PlazaState = InstanceType<typeof PlazaState>;
