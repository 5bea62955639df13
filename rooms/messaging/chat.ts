import {
  asteriskCensorStrategy,
  englishDataset,
  englishRecommendedTransformers,
  RegExpMatcher,
  TextCensor,
} from "obscenity";
import { type ChatLine, roomMessages } from "../../shared/internal.ts";
import { nameOf, type RoomPlayer } from "../player.ts";
import type { MessageNetwork, MessageRouter } from "./message-router.ts";

const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });
const censor = new TextCensor().setStrategy(asteriskCensorStrategy());

/**
 * Registers chat: a player's line goes to everybody in the room. It moves nothing, and is in no recording.
 */
export function registerChat<P extends RoomPlayer>(router: MessageRouter<P>, network: MessageNetwork): void {
  router.reply("chat", roomMessages.chat, (player, { text }) => {
    const line: ChatLine = { from: player.sessionId, name: nameOf(player), text: clean(text) };
    network.broadcast("chat", line);
  });
}

/** A line with obscene words masked. */
export function clean(text: string): string {
  return censor.applyTo(text, matcher.getAllMatches(text));
}
