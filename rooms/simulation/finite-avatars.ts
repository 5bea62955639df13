import { type Avatar, RoomkeepError } from "../../shared/index.ts";
import { FiniteValues, mendActor } from "../../shared/internal.ts";
import type { Place } from "../ports/characters.ts";

/**
 * Keeps the numbers of avatars finite, whatever wrote them: a NaN would spread to all that measures a
 * distance to them.
 */
export interface FiniteAvatars {
  /**
   * Keeps an avatar as it is if all of its numbers are finite; else restores it as of the last check, and
   * reports a fault. Allocates nothing as long as all numbers are finite.
   *
   * @param after what has run since the last check, for the log: "step"
   */
  check(avatar: Avatar, after: string): void;
  /** As {@link check}, for a check between two others of a tick: quick for an avatar that stands still. */
  checkWritten(avatar: Avatar, after: string): void;
  /** Restores an avatar as of the last check. */
  putBack(avatar: Avatar): void;
}

/**
 * Opens the guard of one simulation.
 *
 * @param home where an avatar stands whose place was never finite
 * @param fault called for each avatar that was restored
 */
export function openFiniteAvatars(
  home: () => Place,
  fault: (where: string, error: unknown) => void,
): FiniteAvatars {
  const known = new WeakMap<Avatar, FiniteValues>();

  function tell(after: string, { name }: Avatar, field: string): void {
    fault(after, new RoomkeepError("NUMBER_NOT_FINITE", `${field} of the avatar of ${name} was not finite.`));
  }

  function valuesOf(avatar: Avatar, after: string): FiniteValues {
    const mended = mendActor(avatar, home());
    if (mended !== undefined) tell(after, avatar, mended.field);
    const values = new FiniteValues(avatar);
    known.set(avatar, values);
    return values;
  }

  function mend(values: FiniteValues, avatar: Avatar, field: string | undefined, after: string): void {
    if (field === undefined) return;
    values.putBack();
    tell(after, avatar, field);
  }

  return {
    check(avatar, after) {
      const values = known.get(avatar) ?? valuesOf(avatar, after);
      mend(values, avatar, values.keep(), after);
    },
    checkWritten(avatar, after) {
      const values = known.get(avatar) ?? valuesOf(avatar, after);
      mend(values, avatar, values.keepWritten(), after);
    },
    putBack: (avatar) => known.get(avatar)?.putBack(),
  };
}
