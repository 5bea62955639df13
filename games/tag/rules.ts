import { type Level, type Refusal, refuse } from "roomkeep/shared";
import { DAIS_PLACE } from "./level.ts";
import { ScoreRow, type TagAvatar, type TagState } from "./state.ts";

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

/** True when all connected players are ready, and they are enough. */
export function allReady(players: Iterable<Tagger>): boolean {
  let ready = 0;
  for (const { avatar } of players) {
    if (avatar.away) continue;
    if (!avatar.ready) return false;
    ready++;
  }
  return ready >= PLAYERS_MIN;
}

/** True when everybody else who is connected wants to begin, and waits for the leader alone. */
export function waitsForLeader(leader: string, players: Iterable<Tagger>): boolean {
  const present = [...players].filter(({ avatar }) => !avatar.away);
  const others = present.filter(({ sessionId }) => sessionId !== leader);
  return others.length > 0 && others.every(({ avatar }) => avatar.ready) && !allReady(present);
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

/** The next leader of the room: the player who has been here longest, a connected one if there is any. */
export function leaderAfter(leaving: Tagger, players: Iterable<Tagger>): Tagger | undefined {
  const others = [...players].filter(({ sessionId }) => sessionId !== leaving.sessionId);
  return others.find(({ avatar }) => !avatar.away) ?? others[0];
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

const WRONG_PHASE = {
  lobby: "No round has been played yet; start one.",
  countdown: "The round is about to begin.",
  round: "The round has begun; the next one comes after it.",
  scores: "The round is over; ask for a rematch.",
} as const;

/** The reason why a player may not begin a round in this phase; undefined: they may. */
export function mayBegin(
  state: TagState,
  player: Tagger,
  from: "lobby" | "scores",
  present: number,
): Refusal | undefined {
  if (state.leader !== player.sessionId) return refuse("NOT_LEADER", "Only the leader may begin a round.");
  if (state.phase !== from) {
    return refuse("ACTION_REFUSED", WRONG_PHASE[state.phase as keyof typeof WRONG_PHASE]);
  }
  if (!(present >= PLAYERS_MIN)) return refuse("ACTION_REFUSED", "Two players are needed; share the code.");
  return undefined;
}

/** The reason why a player may not hand leadership to another; undefined: they may. */
export function mayLead(state: TagState, player: Tagger, to: Tagger | undefined): Refusal | undefined {
  if (state.leader !== player.sessionId)
    return refuse("NOT_LEADER", "Only the leader may hand over the lead.");
  if (!to) return refuse("ACTION_REFUSED", "That player is not in the room.");
  if (to === player) return refuse("ACTION_REFUSED", "You are the leader already.");
  if (to.avatar.away) return refuse("ACTION_REFUSED", `${to.avatar.name} has lost the connection.`);
  return undefined;
}
