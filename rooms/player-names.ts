import { type Refusal, refuse } from "../shared/index.ts";
import type { RoomPlayer } from "./player.ts";
import type { CharacterSheet } from "./ports/characters.ts";

/** Somebody in a room who can be named: a player, or who watches. */
export interface NamedPerson {
  readonly sessionId: string;
  readonly claim: { readonly sheet: Pick<CharacterSheet, "id" | "name"> };
  readonly name?: string;
}

/** Digits of a tag: 65,536 of them, for the few players of a room who have one name. */
const TAG_DIGITS = 4;

/** Two names that read alike are one. */
const folded = (name: string): string => name.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();

/** Short tag of a character, the same wherever it is. */
export function tagOf(player: Pick<NamedPerson, "claim">): string {
  return `#${player.claim.sheet.id.slice(0, TAG_DIGITS)}`;
}

/** The name of a player who comes into a room: with the tag, if somebody there has the name. */
export function shownName(players: Iterable<RoomPlayer>, newcomer: Pick<RoomPlayer, "claim">): string {
  const { name } = newcomer.claim.sheet;
  const isTaken = [...players].some((one) => folded(one.claim.sheet.name) === folded(name));
  return isTaken ? `${name} ${tagOf(newcomer)}` : name;
}

/**
 * Finds a player of a room by session id, character id, name, name and tag, or tag alone.
 *
 * @returns PLAYER_UNKNOWN for nobody, PLAYER_AMBIGUOUS with the tags where several have the name
 */
export function findPlayer<P extends NamedPerson>(
  players: ReadonlyMap<string, P>,
  text: string,
): P | Refusal {
  const exact = players.get(text);
  if (exact) return exact;
  const wanted = folded(text);
  const found = [...players.values()].filter(
    (one) => one.claim.sheet.id === text || readings(one).some((reading) => folded(reading) === wanted),
  );
  const [first, ...others] = found;
  if (!first) return refuse("PLAYER_UNKNOWN", `Nobody here is called "${text.slice(0, 64)}".`);
  if (others.length === 0) return first;
  const names = found.map(taggedName).join(", ");
  return refuse("PLAYER_AMBIGUOUS", `Several players are called that: ${names}. Add the tag.`);
}

/** The names that a line may be completed to: with tags where several players have one name. */
export function offeredNames(players: ReadonlyMap<string, NamedPerson>): string[] {
  const all = [...players.values()];
  return all.map((player) => {
    const name = folded(player.claim.sheet.name);
    const isShared = all.some((one) => one !== player && folded(one.claim.sheet.name) === name);
    return isShared ? taggedName(player) : shownNow(player);
  });
}

/** The avatar's name, as the game may have set it, where there is one. */
const shownNow = (player: NamedPerson & { readonly avatar?: { readonly name: string } }): string =>
  player.avatar?.name ?? player.name ?? player.claim.sheet.name;

const taggedName = (player: NamedPerson): string => `${player.claim.sheet.name} ${tagOf(player)}`;

/** A shown name with a tag is exact; without one it stands for all who have the name. */
const readings = (player: NamedPerson): string[] => [
  player.claim.sheet.name,
  taggedName(player),
  tagOf(player),
];
