import { randomUUID } from "node:crypto";
import type { Presence } from "@colyseus/core";
import { type PartyView, type Refusal, refuse } from "../../shared/index.ts";
import { PARTY_INVITE_S, PARTY_KEEP_S, PARTY_MAX, type PartyMember } from "../../shared/internal.ts";

/** Hash in the presence: the party of each character. */
const PARTY_OF = "roomkeep:party-of";
/** Channel on which every room receives changes of parties. */
export const PARTY_CHANNEL = "roomkeep:parties";

/** A character, as the functions of this file take it. */
export interface Person {
  readonly characterId: string;
  readonly name: string;
  readonly color: number;
  readonly place: string;
  readonly roomId: string;
  readonly sessionId: string;
}

/** A change of a party, or an invitation, as rooms receive it. */
export type PartyNews =
  | { kind: "changed"; party: string; characters: readonly string[] }
  | { kind: "invited"; party: string; to: string; by: string };

interface StoredMember extends Omit<PartyMember, "id"> {
  since: number;
  /** When they left the server, in ms since 1970; 0 while they are there. */
  lostAt: number;
}

/**
 * A party as it is stored: every member and invitation is a field of its own, so that processes do not
 * overwrite each other.
 */
export interface Party {
  readonly id: string;
  readonly lead: string;
  /** By character id, the longest first. */
  readonly members: ReadonlyMap<string, StoredMember>;
  /** Character ids of the invited. */
  readonly invited: readonly string[];
}

const keyOf = (party: string) => `roomkeep:party:${party}`;
const memberField = (character: string) => `member:${character}`;
const inviteField = (character: string) => `invite:${character}`;

/** The party of a character, or null. Members who are away for too long are left out and forgotten. */
export async function partyOf(presence: Presence, character: string): Promise<Party | null> {
  const id = await presence.hget(PARTY_OF, character);
  const party = id ? await readParty(presence, id) : null;
  return party?.members.has(character) ? party : null;
}

/** Reads a party; null: it does not exist, or has no member left. */
export async function readParty(presence: Presence, id: string): Promise<Party | null> {
  const fields = await presence.hgetall(keyOf(id));
  const members = new Map<string, StoredMember>();
  const invited: string[] = [];
  const now = Date.now();
  for (const [field, text] of Object.entries(fields)) {
    const [kind, character = ""] = field.split(":");
    if (kind === "member") {
      const member = JSON.parse(text) as StoredMember;
      if (member.lostAt === 0 || now - member.lostAt < PARTY_KEEP_S * 1000) members.set(character, member);
      else await remove(presence, id, character);
    } else if (kind === "invite") {
      if (now - Number(text) < PARTY_INVITE_S * 1000) invited.push(character);
      else await presence.hdel(keyOf(id), field);
    }
  }
  const sorted = [...members].sort(([, a], [, b]) => a.since - b.since);
  const [next] = sorted.filter(([, member]) => member.lostAt === 0).concat(sorted);
  if (!next) {
    await presence.del(keyOf(id));
    return null;
  }
  let lead = fields.lead ?? "";
  if (!members.has(lead)) {
    lead = next[0];
    await presence.hset(keyOf(id), "lead", lead);
  }
  return { id, lead, members: new Map(sorted), invited };
}

/** The party as one of its members sees it. */
export function viewOf(party: Party, you: string): PartyView {
  const members = [...party.members].map(([id, { name, color, place, roomId, sessionId, lostAt }]) =>
    lostAt === 0
      ? { id, name, color, place, roomId, sessionId }
      : { id, name, color, place: "", roomId: "", sessionId: "" },
  );
  return { id: party.id, lead: party.lead, you, members };
}

/**
 * Invites a character; a leader without a party opens one.
 *
 * @param isTold false: the character does not get the invitation, and whoever invites sees no difference
 */
export async function inviteTo(
  presence: Presence,
  by: Person,
  to: Person,
  isTold = true,
): Promise<Refusal | undefined> {
  if (by.characterId === to.characterId) return refuse("PLAYER_UNKNOWN", "You are with yourself already.");
  if (await partyOf(presence, to.characterId)) {
    return refuse("PARTY_MEMBER", `${to.name} is in a party already.`);
  }
  const party = await partyOf(presence, by.characterId);
  if (party && party.members.size >= PARTY_MAX) return refuse("PARTY_FULL");
  const id = party?.id ?? randomUUID();
  if (!party) {
    await presence.hset(keyOf(id), "lead", by.characterId);
    await put(presence, id, by, Date.now());
  }
  await presence.hset(keyOf(id), inviteField(to.characterId), String(Date.now()));
  if (isTold) await tell(presence, { kind: "invited", party: id, to: to.characterId, by: by.name });
  if (!party) await announce(presence, id, [by.characterId]);
  return undefined;
}

/** Accepts an invitation. */
export async function accept(presence: Presence, person: Person, id: string): Promise<Refusal | undefined> {
  const { characterId } = person;
  if (await partyOf(presence, characterId)) return refuse("PARTY_MEMBER", "You are in a party already.");
  const party = await readParty(presence, id);
  if (!party?.invited.includes(characterId)) return refuse("PARTY_UNINVITED");
  if (party.members.size >= PARTY_MAX) return refuse("PARTY_FULL");
  // Of two that accept the same invitation at once only one still finds it.
  if (!(await presence.hdel(keyOf(id), inviteField(characterId)))) return refuse("PARTY_UNINVITED");
  await put(presence, id, person, Date.now());
  const now = await readParty(presence, id);
  if (now && now.members.size > PARTY_MAX) {
    await remove(presence, id, characterId);
    return refuse("PARTY_FULL");
  }
  await announce(presence, id);
  return undefined;
}

/** Declines an invitation. */
export async function decline(
  presence: Presence,
  characterId: string,
  id: string,
): Promise<Refusal | undefined> {
  if (!(await presence.hdel(keyOf(id), inviteField(characterId)))) return refuse("PARTY_UNINVITED");
  await endIfAlone(presence, id);
  return undefined;
}

/** Leaves the party; the longest member becomes its leader. */
export async function leaveParty(presence: Presence, characterId: string): Promise<Refusal | undefined> {
  const party = await partyOf(presence, characterId);
  if (!party) return refuse("PARTY_NONE", "You are in no party.");
  await takeOut(presence, party.id, characterId);
  return undefined;
}

/** Removes a member, notifies it and those who stay, and ends a party of one. */
async function takeOut(presence: Presence, partyId: string, characterId: string): Promise<void> {
  await remove(presence, partyId, characterId);
  await announce(presence, partyId, [characterId]);
  await endIfAlone(presence, partyId);
}

/** The leader removes a member. */
export async function kick(
  presence: Presence,
  characterId: string,
  member: string,
): Promise<Refusal | undefined> {
  const party = await led(presence, characterId, member);
  if ("code" in party) return party;
  await takeOut(presence, party.id, member);
  return undefined;
}

/** The leader makes another member leader. */
export async function handLead(
  presence: Presence,
  characterId: string,
  member: string,
): Promise<Refusal | undefined> {
  const party = await led(presence, characterId, member);
  if ("code" in party) return party;
  await presence.hset(keyOf(party.id), "lead", member);
  await announce(presence, party.id);
  return undefined;
}

/** A character has come into a room: its party gets the place. */
export async function arrived(presence: Presence, person: Person): Promise<Party | null> {
  const party = await partyOf(presence, person.characterId);
  if (!party) return null;
  await put(presence, party.id, person, party.members.get(person.characterId)?.since ?? Date.now());
  await announce(presence, party.id);
  return party;
}

/**
 * A character has left the server: it keeps its place in the party for a while. A message about an earlier
 * session of it is ignored.
 */
export async function lost(presence: Presence, characterId: string, sessionId: string): Promise<void> {
  const party = await partyOf(presence, characterId);
  const member = party?.members.get(characterId);
  if (!party || !member || member.sessionId !== sessionId) return;
  await presence.hset(
    keyOf(party.id),
    memberField(characterId),
    JSON.stringify({ ...member, lostAt: Date.now() }),
  );
  await announce(presence, party.id);
}

async function led(presence: Presence, characterId: string, member: string): Promise<Party | Refusal> {
  const party = await partyOf(presence, characterId);
  if (!party) return refuse("PARTY_NONE", "You are in no party.");
  if (party.lead !== characterId) return refuse("PARTY_LEADER_ONLY");
  if (!party.members.has(member) || member === characterId) return refuse("PARTY_STRANGER");
  return party;
}

async function put(presence: Presence, id: string, person: Person, since: number): Promise<void> {
  const { characterId, name, color, place, roomId, sessionId } = person;
  const member: StoredMember = { name, color, place, roomId, sessionId, since, lostAt: 0 };
  await presence.hset(keyOf(id), memberField(characterId), JSON.stringify(member));
  await presence.hset(PARTY_OF, characterId, id);
}

async function remove(presence: Presence, id: string, characterId: string): Promise<void> {
  await presence.hdel(keyOf(id), memberField(characterId));
  if ((await presence.hget(PARTY_OF, characterId)) === id) await presence.hdel(PARTY_OF, characterId);
}

/** A party of one without invitations ends. */
async function endIfAlone(presence: Presence, id: string): Promise<void> {
  const party = await readParty(presence, id);
  if (!party || party.members.size > 1 || party.invited.length > 0) return;
  for (const character of party.members.keys()) await remove(presence, id, character);
  await presence.del(keyOf(id));
  await tell(presence, { kind: "changed", party: id, characters: [...party.members.keys()] });
}

async function announce(presence: Presence, id: string, also: readonly string[] = []): Promise<void> {
  const party = await readParty(presence, id);
  const characters = [...new Set([...(party?.members.keys() ?? []), ...also])];
  await tell(presence, { kind: "changed", party: id, characters });
}

async function tell(presence: Presence, news: PartyNews): Promise<void> {
  await presence.publish(PARTY_CHANNEL, news);
}

/** The key of an instance for a character that is in no party. */
export const soloKey = (characterId: string): string => `solo:${characterId}`;

/** The key of an instance that a character may enter: its party, or itself. */
export async function instanceKeyOf(presence: Presence, characterId: string): Promise<string> {
  return (await partyOf(presence, characterId))?.id ?? soloKey(characterId);
}
