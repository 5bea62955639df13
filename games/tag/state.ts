import { schema, t } from "@colyseus/schema";
import { Avatar, WorldState } from "roomkeep/shared";

/** Parts of a game of tag, in their order; after the scores comes the next countdown. */
export type TagPhase = "lobby" | "countdown" | "round" | "scores";

/** An avatar of tag. {@link TagState} names the one that is *it*: there is one at most. */
export const TagAvatar = Avatar.extend(
  {
    /** Wants to begin. Cleared when a round begins. */
    ready: t.boolean().default(false),
    /** A spectator: neither seen nor touched until the next round. */
    watching: t.boolean().default(false),
    /** Whole seconds of this round in which the player was not *it*. */
    freeS: t.uint16().default(0),
    /** Players tagged in this round. */
    tags: t.uint16().default(0),
  },
  "TagAvatar",
);
export type TagAvatar = InstanceType<typeof TagAvatar>;

/** One line of the score board. It stays when its player leaves. */
export const ScoreRow = schema(
  {
    /** Session id of the player. */
    id: t.string().default(""),
    name: t.string().default(""),
    /** Index into COLORS. */
    color: t.uint8().default(0),
    /** One for each second free and one for each tag. */
    points: t.uint16().default(0),
    freeS: t.uint16().default(0),
    tags: t.uint16().default(0),
  },
  "ScoreRow",
);
export type ScoreRow = InstanceType<typeof ScoreRow>;

/** State of a room of tag, sent to all of its players. */
export const TagState = WorldState.extend(
  {
    /** A {@link TagPhase}. */
    phase: t.string().default("lobby"),
    /** Seconds until the countdown or the round ends, rounded up; 0 otherwise. */
    secondsLeft: t.uint16().default(0),
    /** Rounds begun in this room. */
    round: t.uint16().default(0),
    /** Session id of the player who is *it*; empty outside a countdown and a round. */
    it: t.string().default(""),
    /** True while *it* was made so just now and cannot tag yet. */
    grace: t.boolean().default(false),
    /** Session id of the player who leads the room. */
    leader: t.string().default(""),
    /** The leader's settings as JSON, read by `settingsOf`. */
    settings: t.string().default("{}"),
    /** Scores of the last round, best first. */
    board: t.array(ScoreRow),
  },
  "TagState",
);
export type TagState = InstanceType<typeof TagState>;
