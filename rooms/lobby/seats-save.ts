import type { BotsSave } from "../bots/room-bots.ts";
import type { SeatOwner } from "../lasting/seat-owners.ts";
import type { PhasesSave } from "../phases/phases.ts";

/** What a hot reload keeps of seats, phases, lobby and bots; the seats themselves are in the state. */
export interface SeatsSave {
  readonly phases: PhasesSave | undefined;
  readonly kicked: readonly string[];
  readonly bots: BotsSave | undefined;
  /** To whom the seats belong; only of a lasting match. */
  readonly owners?: readonly [string, SeatOwner][] | undefined;
}
