import type { Presence } from "@colyseus/core";
import { type Refusal, refuse } from "../../shared/index.ts";
import { type DeliveryOutcome, keyedQueue, roomMessages } from "../../shared/internal.ts";
import type { ChatHistory } from "../moderation/chat-history.ts";
import { nameOf, type RoomPlayer } from "../player.ts";
import { findPlayer } from "../player-names.ts";
import type { Log } from "../ports/ports.ts";
import type { Channel } from "./channel.ts";
import { deliver } from "./delivery.ts";
import type { MessageRouter } from "./message-router.ts";
import { maskObscene } from "./obscenity.ts";

/**
 * Set in the presence for each character that is in a room: the room and session. A set, because a player who
 * changes rooms is added by the next room before the former one removes its entry.
 */
const placesOf = (characterId: string) => `roomkeep:here:${characterId}`;
/** Channel of announcements. */
const ANNOUNCEMENTS = "roomkeep:announcements";

/** A line from one character to another, in whichever room. */
export interface DirectMessage {
  readonly kind: "whisper" | "party.say";
  /** Character id of the writer, and the name. */
  readonly from: string;
  /** Account of the writer; undefined in a message of a process of an earlier version. */
  readonly account?: string;
  readonly name: string;
  readonly to: string;
  readonly text: string;
}

/** Messages that reach beyond the room. Made by {@link openDirectMessages}. */
export interface DirectMessages<P extends RoomPlayer> {
  /** A player is in the room: messages to the character are delivered here. */
  enter(player: P): Promise<void>;
  /** A player has left it. */
  exit(player: P): Promise<void>;
  /** Delivers a message; false: the character is not here. */
  take(message: DirectMessage): boolean;
}

/** The part of a room that direct messages use. */
export interface DirectMessageHost<P extends RoomPlayer> {
  readonly players: ReadonlyMap<string, P>;
  readonly roomId: string;
  readonly presence: Presence;
  readonly log: Log;
  /** Character ids and names of a player's party, without the player. */
  partyOf(player: P): readonly { id: string; name: string }[];
  /** What the game has closed reaches nobody here from other rooms either. */
  readonly closed: readonly Channel[];
  /** What came in, for reports. */
  readonly chat: Pick<ChatHistory, "add">;
  /** Whether a player reads what an account writes; undefined: everybody reads everything. */
  readonly hears: ((listener: P, speakerAccountId: string) => boolean) | undefined;
  /** Tells everybody in the room. */
  announce(text: string): void;
}

/**
 * Sends a line to everybody on the server.
 * @example
 * await announce(matchMaker.presence, "The server restarts in five minutes.");
 */
export async function announce(presence: Presence, text: string): Promise<void> {
  await presence.publish(ANNOUNCEMENTS, text);
}

/**
 * Whispers, party chat and announcements. A message is sent once and never again, so that it arrives at most
 * once; its writer gets the outcome. Messages of one writer are sent one after the other, so that they arrive
 * in order.
 */
export async function openDirectMessages<P extends RoomPlayer>(
  host: DirectMessageHost<P>,
  router: MessageRouter<P>,
): Promise<DirectMessages<P>> {
  const { presence } = host;
  const queue = keyedQueue<P>();
  const idOf = (player: P) => player.claim.sheet.id;
  const placeOf = ({ sessionId }: P) => `${host.roomId} ${sessionId}`;
  const byId = (id: string) => [...host.players.values()].find((player) => idOf(player) === id);

  function take({ kind, from, account, name, to, text }: DirectMessage): boolean {
    const player = byId(to);
    if (!player || player.hold || host.closed.includes(kind)) return false;
    // The writer is answered as if the reader were not there.
    if (account !== undefined && host.hears?.(player, account) === false) return false;
    host.chat.add({ character: from, to: [to], name, text, channel: kind });
    player.client.send(kind, { from, name, text });
    return true;
  }

  /**
   * The writer gets an answer in any case: a look-up that fails while Redis is away has delivered nothing.
   */
  async function send(message: DirectMessage): Promise<DeliveryOutcome> {
    if (byId(message.to) && take(message)) return "delivered";
    try {
      return await deliver({
        presence,
        places: placesOf(message.to),
        method: "takeLetter",
        args: [message],
        everywhere: false,
      });
    } catch (error) {
      host.log.warn({ err: error, kind: message.kind }, "a direct message could not be sent");
      return "offline";
    }
  }

  const messageOf = (player: P, kind: DirectMessage["kind"], to: string, text: string): DirectMessage => ({
    kind,
    from: idOf(player),
    account: player.claim.sheet.accountId,
    name: nameOf(player),
    to,
    text,
  });

  /** A character id: of somebody here, of a member of the party, or as it was written. */
  function addressee(player: P, to: string): string | Refusal {
    const found = findPlayer(host.players, to);
    if (!("code" in found)) return idOf(found);
    if (found.code === "PLAYER_AMBIGUOUS") return found;
    return host.partyOf(player).find(({ name }) => name === to)?.id ?? to;
  }

  router.reply(
    "whisper",
    roomMessages.whisper,
    async (player, { to, text }): Promise<Refusal | undefined> => {
      const target = addressee(player, to);
      if (typeof target !== "string") return target;
      if (target === idOf(player)) return refuse("PLAYER_UNKNOWN", "You are with yourself already.");
      const message = messageOf(player, "whisper", target, maskObscene(text));
      await queue.run([player], async () => {
        const outcome = await send(message);
        player.client.send("whisper.sent", { to, character: target, text: message.text, outcome });
      });
      return undefined;
    },
  );

  router.reply(
    "party.say",
    roomMessages["party.say"],
    async (player, { text }): Promise<Refusal | undefined> => {
      const members = host.partyOf(player);
      if (members.length === 0) return refuse("PARTY_NONE", "You are in no party.");
      const line = maskObscene(text);
      await queue.run([player], async () => {
        const outcomes = await Promise.all(
          members.map(({ id }) => send(messageOf(player, "party.say", id, line))),
        );
        const missed = members.flatMap(({ name }, n) => (outcomes[n] === "delivered" ? [] : [name]));
        player.client.send("party.said", { text: line, missed });
      });
      return undefined;
    },
  );

  await presence.subscribe(ANNOUNCEMENTS, (text: string) => host.announce(text));

  return {
    take,
    async enter(player) {
      await presence.sadd(placesOf(idOf(player)), placeOf(player));
    },
    async exit(player) {
      await presence.srem(placesOf(idOf(player)), placeOf(player));
    },
  };
}
