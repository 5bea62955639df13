import type { Level } from "roomkeep/shared";
import { DAIS_PLACE } from "./level.ts";
import { ScoreRow, type TagAvatar } from "./state.ts";

/** Fewest and most players of a round; further ones watch. */
export const PLAYERS_MIN = 2;
export const PLAYERS_MAX = 12;
/** Players nearer than this, from feet to feet, touch. Metres. */
export const TOUCH_M = 1.1;

/** A player as the rules see them. */
export interface Tagger {
  readonly sessionId: string;
  readonly avatar: TagAvatar;
}

/** Points of a player: one for each whole second free and one for each tag. */
export function pointsOf({ freeS, tags }: Pick<TagAvatar, "freeS" | "tags">): number {
  return freeS + tags;
}

/** The player that *it* touches: the nearest connected one of this round within {@link TOUCH_M}. */
export function touchedBy<T extends Tagger>(it: T, playing: Iterable<T>): T | undefined {
  let nearest: T | undefined;
  let least = TOUCH_M;
  for (const player of playing) {
    const { avatar } = player;
    if (player === it || avatar.away) continue;
    const far = Math.hypot(avatar.x - it.avatar.x, avatar.y - it.avatar.y, avatar.z - it.avatar.z);
    if (!(far < least)) continue;
    nearest = player;
    least = far;
  }
  return nearest;
}

/**
 * The players of the next round: those who had to wait come first, then the others in the order they came.
 */
export function lineUp<T extends Tagger>(players: Iterable<T>, waited: ReadonlySet<string>): T[] {
  const present = [...players].filter(({ avatar }) => !avatar.away);
  const first = present.filter(({ sessionId }) => waited.has(sessionId));
  const then = present.filter(({ sessionId }) => !waited.has(sessionId));
  return [...first, ...then].slice(0, PLAYERS_MAX);
}

/** The board of a round, best first; of two with the same points the one with more tags. */
export function scoreBoard(players: Iterable<Tagger>): ScoreRow[] {
  return [...players]
    .map(({ sessionId, avatar }) => {
      const { name, color, freeS, tags } = avatar;
      return Object.assign(new ScoreRow(), {
        id: sessionId,
        name,
        color,
        freeS,
        tags,
        points: pointsOf(avatar),
      });
    })
    .sort((a, b) => b.points - a.points || b.tags - a.tags);
}

/**
 * Places of a team at the start: *it* on the dais in the middle, the others on the ring around it, turned in
 * each round.
 */
export function placeTeam(
  team: readonly Tagger[],
  it: string,
  spawns: Level["spawns"],
  random: () => number,
): void {
  const turn = Math.floor(random() * spawns.length);
  const apart = Math.max(1, Math.floor(spawns.length / team.length));
  for (const [i, { sessionId, avatar }] of team.entries()) {
    const spawn = spawns[(turn + i * apart) % spawns.length];
    if (!spawn) continue;
    const [x, y, z] = spawn.at;
    const place = sessionId === it ? DAIS_PLACE : { x, y, z };
    Object.assign(avatar, { ...place, yaw: spawn.yaw, vx: 0, vy: 0, vz: 0, grounded: true });
  }
}
