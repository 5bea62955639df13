import { RoomkeepError } from "../../shared/index.ts";
import { REWIND_MAX_MS } from "./lag-compensation.ts";

/** How fast a room goes, as its game set it. */
export interface RoomRates {
  readonly tickHz: number;
  readonly patchEveryTicks: number;
  readonly rewindMs: number;
}

/** @throws CONFIG_INVALID if a rate of the room is out of its range */
export function checkRates(roomName: string, { tickHz, patchEveryTicks, rewindMs }: RoomRates): void {
  const isTick = tickHz > 0 && tickHz <= 240;
  const isPatch = Number.isInteger(patchEveryTicks) && patchEveryTicks >= 1;
  if (isTick && isPatch && rewindMs >= 0 && rewindMs <= REWIND_MAX_MS) return;
  throw new RoomkeepError(
    "CONFIG_INVALID",
    `${roomName}: tickHz, patchEveryTicks or rewindMs is out of range.`,
  );
}
