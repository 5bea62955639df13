import type { Refusal } from "../../shared/index.ts";
import { type ChatLine, roomMessages } from "../../shared/internal.ts";
import { nameOf, type RoomPlayer } from "../player.ts";
import type { MessageNetwork, MessageRouter } from "./message-router.ts";
import { maskObscene } from "./obscenity.ts";

/**
 * What a room makes of a player's line: nothing, and it goes to everybody as it is; another text; the players
 * whom it goes to; or a refusal, which its writer alone is told.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a room that lets most lines pass need not say so
export type ChatDecision<P extends RoomPlayer = RoomPlayer> = void | string | Redirected<P> | Refusal;

/** A line for some players: the writer is one of them only if listed. */
export interface Redirected<P extends RoomPlayer = RoomPlayer> {
  readonly to: Iterable<P>;
  /** Default: the text as it was written. */
  readonly text?: string;
}

/**
 * Registers chat: a player's line goes to everybody in the room. It moves nothing, and is in no recording;
 * but where the room decides about lines it may move the world by them, and they are recorded.
 */
export function registerChat<P extends RoomPlayer>(
  router: MessageRouter<P>,
  network: MessageNetwork,
  decide?: (player: P, text: string) => ChatDecision<P>,
): void {
  const say = (player: P, { text: written }: { text: string }): Refusal | undefined => {
    const decision = decide?.(player, written);
    if (typeof decision === "object" && "code" in decision) return decision;
    const { to, text = written } = typeof decision === "object" ? decision : { text: decision };
    const { sessionId: from, claim } = player;
    const line: ChatLine = { from, character: claim.sheet.id, name: nameOf(player), text: maskObscene(text) };
    if (to) for (const { client } of to) client.send("chat", line);
    else network.broadcast("chat", line);
    return undefined;
  };
  if (decide) router.on("chat", roomMessages.chat, say);
  else router.reply("chat", roomMessages.chat, say);
}
