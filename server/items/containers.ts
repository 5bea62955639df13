import { BAG_SLOTS, EQUIPMENT_SLOTS } from "../../shared/internal.ts";

/** Names of containers: those of a character, the ground of a zone, the pile of a death. */
export const container = {
  bag: (characterId: string) => `bag:${characterId}`,
  equipment: (characterId: string) => `equipment:${characterId}`,
  bank: (characterId: string) => `bank:${characterId}`,
  mail: (characterId: string) => `mail:${characterId}`,
  ground: (zone: string) => `ground:${zone}`,
  pile: (zone: string, characterId: string, death: string) => `pile:${zone}:${characterId}:${death}`,
  /** Of a plugin: its purse has the same name. */
  vault: (plugin: string, name: string) => `vault:${plugin}:${name}`,
} as const;

/** Zone and character of a pile's name; null for other names. */
export function readPile(name: string): { zone: string; owner: string } | null {
  const [, zone, owner] = /^pile:(.*?):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):/.exec(name) ?? [];
  return zone === undefined || owner === undefined ? null : { zone, owner };
}

/** Slots of a container by the first part of its name. A pile takes all that a character carries. */
export const DEFAULT_SLOTS: Readonly<Record<string, number>> = {
  bag: BAG_SLOTS,
  equipment: EQUIPMENT_SLOTS,
  bank: 200,
  mail: 100,
  ground: 500,
  pile: 40,
  vault: 200,
};

/** Slots by {@link DEFAULT_SLOTS}. */
export function slotsOf(name: string): number {
  return DEFAULT_SLOTS[name.split(":", 1)[0] ?? ""] ?? 0;
}
