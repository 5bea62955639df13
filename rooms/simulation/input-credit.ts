import type { InputAPI } from "@colyseus/core";
import { WalkInput } from "../../shared/index.ts";
import type { Player } from "../player.ts";

/** Most frames that a player may catch up on after a stall, beside the one of the tick. */
const CREDIT_MAX = 4;
/**
 * Seconds after which frames are dropped that nobody will ever have credit for: those that came late by more
 * than may be caught up on, and those of ticks that the room itself has dropped. They would stand before all
 * later ones, and the player would act so much later for as long as the room lasts.
 */
const STANDING_S = 0.5;
/** The fewest ticks of that time, in slow rooms. */
const STANDING_TICKS_MIN = 4;
/**
 * Seconds without input after which a player is stepped as standing still, so that no avatar hangs in the
 * air.
 */
const SILENT_S = 0.5;

const still = new WalkInput();

/**
 * Takes the input frames that a player has credit for and steps the avatar once for each. A player earns one
 * frame a tick, so that a client that sends twice the inputs does not move twice as fast.
 *
 * @param pace frames earned a tick: 1, or less for a player who is slowed
 */
export function takeInputs<P extends Player>(
  player: P,
  inputs: InputAPI<WalkInput>,
  tickHz: number,
  step: (player: P, input: WalkInput) => void,
  pace = 1,
): void {
  player.inputs ??= inputs.get(player.sessionId);
  const buffered = player.inputs;
  player.credit = Math.min(player.credit, CREDIT_MAX) + pace;
  let left = buffered.size;
  if (left === 0) {
    player.standing.ticks = 0;
    if (++player.silentTicks >= SILENT_S * tickHz) step(player, still);
    return;
  }
  player.silentTicks = 0;
  for (; player.credit >= 1 && left > 0; left--) {
    const input = buffered.next();
    if (!input) return;
    player.credit -= 1;
    step(player, input);
  }
  dropStanding(player, left, Math.max(STANDING_S * tickHz, STANDING_TICKS_MIN));
}

/** Drops as many frames, the oldest ones, as were left over in each of so many ticks. */
function dropStanding({ standing, inputs }: Player, left: number, ticks: number): void {
  if (left === 0) {
    standing.ticks = 0;
    return;
  }
  standing.frames = standing.ticks === 0 ? left : Math.min(standing.frames, left);
  if (++standing.ticks < ticks) return;
  standing.ticks = 0;
  inputs?.take(standing.frames);
}
