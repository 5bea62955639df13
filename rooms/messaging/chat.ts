import type { Refusal } from "../../shared/index.ts";
import { type ChatLine, roomMessages } from "../../shared/internal.ts";
import type { ChatHistory } from "../moderation/chat-history.ts";
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

/** The part of a room that its chat uses. */
export interface ChatHost<P extends RoomPlayer> {
  readonly network: MessageNetwork;
  readonly players: ReadonlyMap<string, P>;
  /** The room decides about lines, and may move the world by them. */
  readonly decide: ((player: P, text: string) => ChatDecision<P>) | undefined;
  /** Whether a player reads what an account writes; undefined: everybody reads everything. */
  readonly hears: ((listener: P, speakerAccountId: string) => boolean) | undefined;
  /** For reports. */
  readonly history: Pick<ChatHistory, "add">;
}

/**
 * Registers chat: a player's line goes to everybody in the room who reads the writer. It moves nothing, and
 * is in no recording; but where the room decides about lines it may move the world by them, and they are
 * recorded. Who reads a line is asked after that, so a re-run need not know.
 */
export function registerChat<P extends RoomPlayer>(router: MessageRouter<P>, host: ChatHost<P>): void {
  const { network, players, decide, hears, history } = host;
  const say = (player: P, { text: written }: { text: string }): Refusal | undefined => {
    const decision = decide?.(player, written);
    if (typeof decision === "object" && "code" in decision) return decision;
    const { to, text = written } = typeof decision === "object" ? decision : { text: decision };
    const { sessionId: from, claim } = player;
    const { id: character, accountId } = claim.sheet;
    const line: ChatLine = { from, character, name: nameOf(player), text: maskObscene(text) };
    const chosen = to && [...to];
    const deaf = new Set(
      hears ? [...(chosen ?? players.values())].filter((one) => !hears(one, accountId)) : [],
    );
    const all = deaf.size > 0 ? (chosen ?? [...players.values()]) : chosen;
    const readers = all?.filter((one) => !deaf.has(one));
    history.add({ ...line, character, to: readers?.map((one) => one.claim.sheet.id) });
    if (chosen) for (const { client } of readers ?? []) client.send("chat", line);
    else if (deaf.size > 0)
      network.broadcast("chat", line, { except: [...deaf].map(({ client }) => client) });
    else network.broadcast("chat", line);
    return undefined;
  };
  if (decide) router.on("chat", roomMessages.chat, say);
  else router.reply("chat", roomMessages.chat, say);
}
