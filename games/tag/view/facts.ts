import type { JoinedRoom } from "roomkeep/client";
import { settingsOf } from "roomkeep/shared";
import { pointsOf } from "../rules.ts";
import { tagSettings } from "../settings.ts";
import type { TagAvatar, TagPhase, TagState } from "../state.ts";

/** A player in the panels. */
export interface TagPlayer {
  id: string;
  name: string;
  color: number;
  ready: boolean;
  away: boolean;
  watching: boolean;
  points: number;
}

/** A line of the score board. */
export interface Score {
  id: string;
  name: string;
  color: number;
  points: number;
  freeS: number;
  tags: number;
}

/** The values in the panels, read from the state at once. */
export interface Facts {
  phase: TagPhase;
  secondsLeft: number;
  round: number;
  grace: boolean;
  code: string;
  /** Own session id, and those of *it* and of the leader. */
  me: string;
  it: string;
  leader: string;
  /** Seconds of a round, as the leader has set it. */
  roundS: number;
  players: TagPlayer[];
  board: Score[];
}

/** Reads the values of the panels. */
export function readFacts({ state, sessionId, roomId }: JoinedRoom<TagState>): Facts {
  const players: TagPlayer[] = [];
  state.actors?.forEach((actor, id) => {
    if (actor.kind !== "avatar") return;
    const avatar = actor as TagAvatar;
    const { name, color, ready, away, watching } = avatar;
    players.push({ id, name, color, ready, away, watching, points: pointsOf(avatar) });
  });
  return {
    phase: (state.phase ?? "lobby") as TagPhase,
    secondsLeft: state.secondsLeft,
    round: state.round,
    grace: state.grace,
    code: roomId,
    me: sessionId,
    it: state.it,
    leader: state.leader,
    roundS: settingsOf(state, tagSettings).roundS,
    players,
    board: [...(state.board ?? [])].map(({ id, name, color, points, freeS, tags }) => ({
      id,
      name,
      color,
      points,
      freeS,
      tags,
    })),
  };
}

/** A player of {@link Facts} by session id. */
export function playerOf({ players }: Facts, id: string): TagPlayer | undefined {
  return players.find((player) => player.id === id);
}
