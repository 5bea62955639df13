import { type Signal, signal } from "@preact/signals";
import { COLORS, SHAPES } from "roomkeep/shared";
import type { Api, Appearance, OwnCharacter } from "../network/api.ts";
import { readStored, writeStored } from "../storage.ts";
import { suggestName } from "./name-suggestions.ts";

/** The characters of whoever is signed in, and the looks that the wardrobe shows and changes. */
export interface CharacterList {
  readonly appearance: Signal<Appearance>;
  /** The chosen one first, those deleted last. */
  readonly characters: Signal<readonly OwnCharacter[]>;
  /** Characters an account may have. */
  readonly max: Signal<number>;
  /** Id of the one that plays; undefined: `save` makes a new one. */
  readonly chosen: Signal<string | undefined>;
  /** Reads them from the server. */
  read(): Promise<void>;
  /** Makes the character, or changes its looks if the wardrobe did. @returns its id */
  save(): Promise<string>;
  /** Chooses a character, or with undefined the making of a new one. */
  choose(id: string | undefined): Promise<void>;
  /** Takes a character away; it may be restored for seven days. */
  remove(id: string): Promise<void>;
  restore(id: string): Promise<void>;
  /** Nobody is signed in any more. */
  clear(): void;
}

/** Opens the characters; before anybody is signed in, the looks that this browser remembers. */
export function openCharacterList(api: Api): CharacterList {
  const looks = signal(storedAppearance());
  const characters = signal<readonly OwnCharacter[]>([]);
  const max = signal(1);
  // Each tab may play another one.
  const chosen = signal(readStored("character", "tab") as string | undefined);
  const live = () => characters.value.filter(({ deletedAt }) => deletedAt === null);

  const show = (id: string | undefined) => {
    chosen.value = id;
    writeStored("character", id, "tab");
    const one = characters.value.find((character) => character.id === id);
    if (!one) return;
    looks.value = { name: one.name, color: one.color, shape: one.shape };
    writeStored("looks", looks.value);
  };
  const read = async () => {
    const answer = await api.characters();
    max.value = answer.max;
    characters.value = answer.characters;
    const mine = live().find(({ id }) => id === chosen.value) ?? live()[0];
    show(mine?.id);
  };

  return {
    appearance: looks,
    characters,
    max,
    chosen,
    read,
    async save() {
      const wanted = { ...looks.value, name: looks.value.name.trim() };
      const one = characters.value.find(({ id }) => id === chosen.value);
      if (one && same(one, wanted)) return one.id;
      const { character } = one
        ? await api.changeCharacter(one.id, wanted)
        : await api.createCharacter(wanted);
      const now = { chosen: true, deletedAt: null, ...character };
      characters.value = [...characters.value.filter(({ id }) => id !== now.id), now];
      show(now.id);
      return now.id;
    },
    async choose(id) {
      if (id === undefined) {
        chosen.value = undefined;
        looks.value = { name: suggestName(), color: pick(COLORS.length), shape: pick(SHAPES.length) };
        return;
      }
      show(id);
      await api.chooseCharacter(id);
    },
    async remove(id) {
      await api.deleteCharacter(id);
      await read();
      if (live().length === 0) await this.choose(undefined);
    },
    async restore(id) {
      await api.restoreCharacter(id);
      await read();
      show(id);
    },
    clear() {
      characters.value = [];
      show(undefined);
    },
  };
}

const same = (a: Appearance, b: Appearance) =>
  a.name === b.name && a.color === b.color && a.shape === b.shape;
const pick = (end: number) => Math.floor(Math.random() * end);

function storedAppearance(): Appearance {
  const stored = readStored("looks") as Partial<Appearance> | undefined;
  const whole = (value: unknown, end: number) =>
    typeof value === "number" && Number.isInteger(value) && value >= 0 && value < end ? value : pick(end);
  return {
    name: typeof stored?.name === "string" ? stored.name : suggestName(),
    color: whole(stored?.color, COLORS.length),
    shape: whole(stored?.shape, SHAPES.length),
  };
}
