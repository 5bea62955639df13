import type { GameState } from "../../shared/index.ts";
import { fillFromJson, schemaToJson } from "../../shared/internal.ts";
import type { SeatsSave } from "../lobby/seats-save.ts";
import type { Match } from "../match-options.ts";
import { classesOf } from "../persistence/hot-reload-fields.ts";
import type { Faults } from "../simulation/faults.ts";
import type { MatchContent } from "./lasting-match.ts";

/** The parts of a room that make up its match. */
export interface MatchHost {
  readonly state: GameState;
  readonly seats: { keep(): SeatsSave; reopen(save: SeatsSave): void };
  readonly faults: Faults;
  /** What joins of the room are matched by. */
  readonly values: { get(): Match; set(match: Match): void };
  /** The game's own hooks. */
  keep(): unknown;
  restore(kept: unknown): void;
}

/** A match as JSON: state, seats and their owners, phases, and what the game keeps. */
export function takeMatch({ state, seats, values, keep }: MatchHost): MatchContent {
  const { phases, ...saved } = seats.keep();
  const { leftMs = null, ...phase } = phases ?? {};
  const { byName } = classesOf(state);
  return {
    match: {
      state: schemaToJson(state, byName, ["secondsLeft"]),
      seats: saved,
      phase,
      values: values.get(),
      game: keep(),
    },
    time: { leftMs },
  };
}

/** Makes the state of a room that has just opened what {@link takeMatch} took. */
export function restoreMatch(host: MatchHost, { match, time }: MatchContent): void {
  const { state, seats, phase, values, game } = match as unknown as Taken;
  const { byName } = classesOf(host.state);
  host.values.set(values);
  fillFromJson(host.state, state, byName);
  host.seats.reopen({ ...seats, phases: { ...phase, ...(time as Pick<PhasesTaken, "leftMs">) } });
  host.faults.attempt("onRestore", () => host.restore(game));
}

type PhasesTaken = NonNullable<SeatsSave["phases"]>;

interface Taken {
  readonly state: unknown;
  readonly seats: Omit<SeatsSave, "phases">;
  readonly phase: Omit<PhasesTaken, "leftMs">;
  readonly values: Match;
  readonly game: unknown;
}
