import type { Room } from "@colyseus/core";
import {
  asteriskCensorStrategy,
  englishDataset,
  englishRecommendedTransformers,
  RegExpMatcher,
  TextCensor,
} from "obscenity";
import type { ChatLine } from "../../shared/index.ts";
import type { Player } from "../player.ts";

const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });
const censor = new TextCensor().setStrategy(asteriskCensorStrategy());

/** Sends a player's line to everybody in the room, obscene words masked. The text has passed the chat schema. */
export function say(room: Pick<Room, "broadcast">, player: Player, text: string): void {
  const line: ChatLine = {
    from: player.sessionId,
    name: player.avatar.name,
    text: clean(text),
  };
  room.broadcast("chat", line);
}

/** A line with obscene words masked. */
export function clean(text: string): string {
  return censor.applyTo(text, matcher.getAllMatches(text));
}
