import { matchMaker, type Presence } from "@colyseus/core";
import { type Avatar, type Refusal, refuse } from "../../shared/index.ts";
import { roomMessages } from "../../shared/internal.ts";
import type { MessageRouter } from "../messaging/message-router.ts";
import type { Player } from "../player.ts";
import { findPlayer } from "../player-names.ts";
import type { Log } from "../ports/ports.ts";
import * as parties from "./party-store.ts";
import type { Behind, Companions } from "./travel-host.ts";

/** The parties of a room's players. Made by {@link openParties}. */
export interface Parties<A extends Avatar> {
  /**
   * Reports the player's place to the party, and sends the player the party.
   *
   * @returns the room where the rest of the party is, if they lost each other when a process died
   */
  enter(player: Player<A>): Promise<string | undefined>;
  /** A player has left for good, and not to another room. */
  exit(player: Player<A>): Promise<void>;
  /** Forgets the party of a character that left the room. */
  forget(characterId: string): void;
  /** The members who go along through a portal: with the leader all in the room, with others none. */
  companions(player: Player<A>): Companions<A>;
  /** The other members of a player's party. */
  othersOf(player: Player<A>): { id: string; name: string }[];
  /** The key of an instance that a character opens: its party, or itself. */
  keyOf(characterId: string): string;
}

/** The part of a room that parties use. */
export interface PartyHost<A extends Avatar> {
  readonly players: ReadonlyMap<string, Player<A>>;
  readonly roomId: string;
  /** The room's name for players. */
  readonly label: string;
  readonly presence: Presence;
  readonly log: Log;
  /** See `RoomPart.hears`. */
  readonly hears: ((listener: Player<A>, speakerAccountId: string) => boolean) | undefined;
}

/** Answers the players' messages about parties, and forwards the changes that other rooms publish. */
export async function openParties<A extends Avatar>(
  host: PartyHost<A>,
  router: MessageRouter<Player<A>>,
): Promise<Parties<A>> {
  const { presence, log } = host;
  /** Parties of the players in the room, as they were last read, by character. */
  const known = new Map<string, parties.Party>();
  const idOf = (player: Player<A>) => player.claim.sheet.id;
  const person = (player: Player<A>): parties.Person => ({
    characterId: idOf(player),
    name: player.avatar.name,
    color: player.avatar.color,
    place: host.label,
    roomId: host.roomId,
    sessionId: player.sessionId,
  });
  const here = (characterId: string) =>
    [...host.players.values()].find((player) => idOf(player) === characterId);

  function show(player: Player<A>, party: parties.Party | null): void {
    const id = idOf(player);
    if (party?.members.has(id)) known.set(id, party);
    else if (!known.delete(id)) return;
    player.client.send("party", party?.members.has(id) ? parties.viewOf(party, id) : null);
  }

  async function hear(news: parties.PartyNews): Promise<void> {
    if (news.kind === "invited") {
      here(news.to)?.client.send("party.invited", { party: news.party, by: news.by });
      return;
    }
    if (!news.characters.some(here)) return;
    const party = await parties.readParty(presence, news.party);
    for (const character of news.characters) {
      const player = here(character);
      // A player who has joined another party meanwhile gets that one.
      const elsewhere = known.get(character)?.id !== news.party && !party?.members.has(character);
      if (player && !elsewhere) show(player, party);
    }
  }

  const { "party.invite": invite, "party.accept": accept, "party.decline": decline } = roomMessages;
  const { "party.leave": leave, "party.kick": kick, "party.lead": lead } = roomMessages;
  router.ask("party.invite", invite, async (player, { to }): Promise<Refusal | undefined> => {
    const other = findPlayer(host.players, to);
    if ("code" in other) return other;
    // Who is not heard invites as ever, and the other is not told.
    const isTold = host.hears?.(other, player.claim.sheet.accountId) ?? true;
    return parties.inviteTo(presence, person(player), person(other), isTold);
  });
  router.ask("party.accept", accept, (player, { party }) => parties.accept(presence, person(player), party));
  router.ask("party.decline", decline, (player, { party }) => parties.decline(presence, idOf(player), party));
  router.ask("party.leave", leave, (player) => parties.leaveParty(presence, idOf(player)));
  router.ask("party.kick", kick, (player, { member }) => parties.kick(presence, idOf(player), member));
  router.ask("party.lead", lead, (player, { member }) => parties.handLead(presence, idOf(player), member));
  await presence.subscribe(parties.PARTY_CHANNEL, (news: parties.PartyNews) => {
    hear(news).catch((error) => log.warn({ err: error }, "news of a party could not be passed on"));
  });

  return {
    async enter(player) {
      const before = await parties.partyOf(presence, idOf(player));
      // The announcement comes back to this room too.
      await parties.arrived(presence, person(player));
      return before ? rejoinParty(before, idOf(player), host.roomId) : undefined;
    },
    exit: (player) => parties.lost(presence, idOf(player), player.sessionId),
    forget: (characterId) => void known.delete(characterId),
    companions(player) {
      const party = known.get(idOf(player));
      const along: Player<A>[] = [];
      const behind: Behind[] = [];
      if (party?.lead !== idOf(player)) return { along, behind };
      for (const [character, { name, lostAt }] of party.members) {
        if (character === idOf(player)) continue;
        const other = here(character);
        if (!other) behind.push({ name, refusal: refuse(lostAt > 0 ? "PARTY_AWAY" : "PARTY_ELSEWHERE") });
        else if (other.hold) behind.push({ name, refusal: refuse("PARTY_AWAY") });
        else if (other.departure) behind.push({ name, refusal: refuse("TRAVELLING") });
        else along.push(other);
      }
      return { along, behind };
    },
    othersOf(player) {
      const members = [...(known.get(idOf(player))?.members ?? [])];
      return members.filter(([id]) => id !== idOf(player)).map(([id, { name }]) => ({ id, name }));
    },
    keyOf: (characterId) => known.get(characterId)?.id ?? parties.soloKey(characterId),
  };
}

/**
 * The room in which a player who has just joined anew finds the party again, or undefined to stay. Only
 * players are sent on who were in a room with a member and did not leave it themselves: their process died or
 * stood still. The room with most of the party is chosen; among several, the leader's.
 *
 * @param party as it was kept before they joined
 * @param roomId where they are now
 */
async function rejoinParty(
  party: parties.Party,
  characterId: string,
  roomId: string,
): Promise<string | undefined> {
  const me = party.members.get(characterId);
  if (me?.lostAt !== 0 || me.roomId === roomId) return undefined;
  const rooms = new Map<string, number>();
  for (const [id, { roomId: room, lostAt }] of party.members) {
    if (id === characterId || lostAt !== 0) continue;
    rooms.set(room, (rooms.get(room) ?? 0) + (id === party.lead ? 1.5 : 1));
  }
  // A room that is still open has thrown no player out.
  const open = await matchMaker.findRoomsByIds([...rooms.keys(), me.roomId]);
  if (open.has(me.roomId)) return undefined;
  const [best] = [...rooms].filter(([room]) => open.has(room)).sort(([, a], [, b]) => b - a);
  return best && best[0] !== roomId ? best[0] : undefined;
}
