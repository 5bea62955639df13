import { type ChatLine, roomMessages } from "../../shared/internal.ts";
import { nameOf, type RoomPlayer } from "../player.ts";
import type { MessageNetwork, MessageRouter } from "./message-router.ts";
import { maskObscene } from "./obscenity.ts";

/**
 * Registers chat: a player's line goes to everybody in the room. It moves nothing, and is in no recording.
 */
export function registerChat<P extends RoomPlayer>(router: MessageRouter<P>, network: MessageNetwork): void {
  router.reply("chat", roomMessages.chat, (player, { text }) => {
    const { sessionId: from, claim } = player;
    const line: ChatLine = { from, character: claim.sheet.id, name: nameOf(player), text: maskObscene(text) };
    network.broadcast("chat", line);
  });
}
