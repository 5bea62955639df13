import { type Signal, signal } from "@preact/signals";
import { COLORS } from "../../shared/index.ts";
import { SHAPES } from "../../shared/internal.ts";
import type { Api, Appearance, OwnCharacter } from "../network/api.ts";
import { readStored, writeStored } from "../storage.ts";
import { suggestName } from "./name-suggestions.ts";

/**
 * The characters of the account that is signed in, and the appearance that the join form shows and changes.
 */
export interface CharacterList {
  readonly appearance: Signal<Appearance>;
  /** The chosen one first, the deleted ones last. */
  readonly characters: Signal<readonly OwnCharacter[]>;
  /** Most characters that an account may have. */
  readonly max: Signal<number>;
  /** Id of the character to play; undefined: `save` makes a new one. */
  readonly chosen: Signal<string | undefined>;
  /** Reads them from the server. */
  read(): Promise<void>;
  /** Makes the character, or saves its appearance if that was changed. @returns its id */
  save(): Promise<string>;
  /** Chooses a character; undefined begins a new one. */
  choose(id: string | undefined): Promise<void>;
  /** Deletes a character. It can be restored for seven days. */
  remove(id: string): Promise<void>;
  restore(id: string): Promise<void>;
  /** Empties the list after a sign-out. */
  clear(): void;
}

/** Opens the list. Before the first sign-in it has the appearance that this browser has stored. */
export function openCharacterList(api: Api): CharacterList {
  const appearance = signal(storedAppearance());
  const characters = signal<readonly OwnCharacter[]>([]);
  const max = signal(1);
  // Each tab may play another character.
  const chosen = signal(readStored("character", "tab") as string | undefined);
  const live = () => characters.value.filter(({ deletedAt }) => deletedAt === null);

  const select = (id: string | undefined) => {
    chosen.value = id;
    writeStored("character", id, "tab");
    const one = characters.value.find((character) => character.id === id);
    if (!one) return;
    appearance.value = { name: one.name, color: one.color, shape: one.shape };
    writeStored("looks", appearance.value);
  };
  const read = async () => {
    const answer = await api.characters();
    max.value = answer.max;
    characters.value = answer.characters;
    const mine = live().find(({ id }) => id === chosen.value) ?? live()[0];
    select(mine?.id);
  };

  return {
    appearance,
    characters,
    max,
    chosen,
    read,
    async save() {
      const wanted = { ...appearance.value, name: appearance.value.name.trim() };
      const one = characters.value.find(({ id }) => id === chosen.value);
      if (one && isSame(one, wanted)) return one.id;
      const { character } = one
        ? await api.changeCharacter(one.id, wanted)
        : await api.createCharacter(wanted);
      const now = { chosen: true, deletedAt: null, ...character };
      characters.value = [...characters.value.filter(({ id }) => id !== now.id), now];
      select(now.id);
      return now.id;
    },
    async choose(id) {
      if (id === undefined) {
        chosen.value = undefined;
        appearance.value = {
          name: suggestName(),
          color: randomIndex(COLORS.length),
          shape: randomIndex(SHAPES.length),
        };
        return;
      }
      select(id);
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
      select(id);
    },
    clear() {
      characters.value = [];
      select(undefined);
    },
  };
}

const isSame = (a: Appearance, b: Appearance) =>
  a.name === b.name && a.color === b.color && a.shape === b.shape;
const randomIndex = (end: number) => Math.floor(Math.random() * end);

function storedAppearance(): Appearance {
  const stored = readStored("looks") as Partial<Appearance> | undefined;
  const indexOrRandom = (value: unknown, end: number) =>
    typeof value === "number" && Number.isInteger(value) && value >= 0 && value < end
      ? value
      : randomIndex(end);
  return {
    name: typeof stored?.name === "string" ? stored.name : suggestName(),
    color: indexOrRandom(stored?.color, COLORS.length),
    shape: indexOrRandom(stored?.shape, SHAPES.length),
  };
}
