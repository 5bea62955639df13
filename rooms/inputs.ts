import type { InputAPI } from "@colyseus/core";
import { WalkInput } from "../shared/index.ts";
import type { Player } from "./player.ts";

/** Most frames that a player may catch up on after a stall. */
const CREDIT_MAX = 4;
/** Seconds without input after which a player is stepped as standing still, so that nobody hangs in the air. */
const SILENT_S = 0.5;

const still = new WalkInput();

/**
 * Takes the input frames that a player has credit for and steps the avatar once for each. A player earns one frame a
 * tick, so that a client which sends twice the inputs does not move twice as fast.
 */
export function takeInputs<P extends Player>(
  player: P,
  inputs: InputAPI<WalkInput>,
  tickHz: number,
  step: (player: P, input: WalkInput) => void,
): void {
  const buffered = inputs.get(player.sessionId);
  player.credit = Math.min(player.credit + 1, CREDIT_MAX);
  if (buffered.size === 0) {
    if (++player.silentTicks >= SILENT_S * tickHz) step(player, still);
    return;
  }
  player.silentTicks = 0;
  while (player.credit >= 1 && buffered.size > 0) {
    const input = buffered.next();
    if (!input) return;
    player.credit -= 1;
    step(player, input);
  }
}
