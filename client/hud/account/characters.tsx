import { useState } from "preact/hooks";
import type { Account } from "../../account/account.ts";
import type { OwnCharacter } from "../../network/api.ts";
import { explain } from "../../network/error-messages.ts";
import { Figure } from "./appearance.tsx";

/** Days for which the server keeps a deleted character. */
const RESTORE_DAYS = 7;
const DAY_MS = 86_400_000;

/** The characters of an account: choose, create, delete and restore. */
export function Characters({ account }: { account: Account }) {
  const { characterList } = account;
  const [problem, setProblem] = useState("");
  const [deleting, setDeleting] = useState(false);
  const { live, deleted } = splitByDeletion(characterList.characters.value);
  const chosen = live.find(({ id }) => id === characterList.chosen.value);
  if (account.profile.value?.kind !== "registered" && live.length + deleted.length < 2) return null;

  const act = (work: () => Promise<void>) => async () => {
    setProblem("");
    setDeleting(false);
    await work().catch((error: unknown) => setProblem(explain(error)));
  };
  return (
    <>
      <span class="label" id="characters-label">
        {live.length === 0 ? "Make your first character" : "Choose your character"}
      </span>
      {live.length > 0 && (
        <div class="cast" role="radiogroup" aria-labelledby="characters-label">
          {live.map((one) => (
            <Choice
              key={one.id}
              character={one}
              checked={one.id === chosen?.id}
              choose={act(() => characterList.choose(one.id))}
            />
          ))}
          {live.length < characterList.max.value && (
            <NewCharacter checked={!chosen} choose={act(() => characterList.choose(undefined))} />
          )}
        </div>
      )}
      <p class="row cast-ways">
        {chosen && (
          <DeleteCharacter
            name={chosen.name}
            confirming={deleting}
            ask={setDeleting}
            remove={act(() => characterList.remove(chosen.id))}
          />
        )}
        {!deleting &&
          deleted.map((one) => (
            <button
              type="button"
              class="quiet"
              key={one.id}
              onClick={act(() => characterList.restore(one.id))}
            >
              Bring back {one.name} ({daysLeft(one)})
            </button>
          ))}
      </p>
      <p class="problem" role="alert" hidden={!problem}>
        {problem}
      </p>
    </>
  );
}

function splitByDeletion(characters: readonly OwnCharacter[]) {
  return {
    live: characters.filter(({ deletedAt }) => deletedAt === null),
    deleted: characters.filter(({ deletedAt }) => deletedAt !== null),
  };
}

interface DeleteProps {
  name: string;
  /** Whether the player was asked and has not answered. */
  confirming: boolean;
  ask(confirming: boolean): void;
  remove(): void;
}

function DeleteCharacter({ name, confirming, ask, remove }: DeleteProps) {
  if (!confirming) {
    return (
      <button type="button" class="quiet" onClick={() => ask(true)}>
        Delete {name}…
      </button>
    );
  }
  return (
    <>
      <span class="grow">You can bring {name} back for seven days.</span>
      <button type="button" onClick={remove}>
        Delete
      </button>
      <button type="button" onClick={() => ask(false)}>
        Keep
      </button>
    </>
  );
}

function NewCharacter({ checked, choose }: { checked: boolean; choose(): void }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see Choice
    <button type="button" role="radio" class="new" aria-checked={checked} onClick={choose}>
      <b aria-hidden="true">+</b> New
    </button>
  );
}

interface ChoiceProps {
  character: OwnCharacter;
  checked: boolean;
  choose(): void;
}

function Choice({ character, checked, choose }: ChoiceProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a native radio cannot be drawn as a figure with a name
    <button type="button" role="radio" aria-checked={checked} onClick={choose}>
      <Figure color={character.color} shape={character.shape} />
      <span>{character.name}</span>
    </button>
  );
}

function daysLeft({ deletedAt }: OwnCharacter): string {
  const until = new Date(deletedAt ?? 0).getTime() + RESTORE_DAYS * DAY_MS;
  const days = Math.max(1, Math.ceil((until - Date.now()) / DAY_MS));
  return days === 1 ? "one day left" : `${days} days left`;
}
