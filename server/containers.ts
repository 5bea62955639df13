/** Names of containers: what a character has, the ground of a zone, the pile of a death. */
export const container = {
  bag: (characterId: string) => `bag:${characterId}`,
  equipment: (characterId: string) => `equipment:${characterId}`,
  bank: (characterId: string) => `bank:${characterId}`,
  mail: (characterId: string) => `mail:${characterId}`,
  ground: (zone: string) => `ground:${zone}`,
  pile: (characterId: string, death: string) => `pile:${characterId}:${death}`,
} as const;

/** Slots of a container by the first part of its name, where a game says nothing else. A pile holds all that is carried. */
export const DEFAULT_SLOTS: Readonly<Record<string, number>> = {
  bag: 28,
  equipment: 12,
  bank: 200,
  mail: 100,
  ground: 500,
  pile: 40,
};

/** Slots by {@link DEFAULT_SLOTS}. */
export function slotsOf(name: string): number {
  return DEFAULT_SLOTS[name.split(":", 1)[0] ?? ""] ?? 0;
}
