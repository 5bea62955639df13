import { useState } from "preact/hooks";
import type { OwnCharacter } from "../../network/api.ts";
import { explain } from "../../network/error-messages.ts";
import type { Page } from "../../page-state.ts";
import { Figure } from "./wardrobe.tsx";

/** Days in which a deleted character may be restored: as the server has it. */
const RESTORE_DAYS = 7;
const DAY_MS = 86_400_000;

/** The characters of an account: choose, make, take away, bring back. */
export function Characters({ page }: { page: Page }) {
  const { account } = page;
  const { characterList: roster } = account;
  const [problem, setProblem] = useState("");
  const [asked, setAsked] = useState(false);
  const live = roster.characters.value.filter(({ deletedAt }) => deletedAt === null);
  const gone = roster.characters.value.filter(({ deletedAt }) => deletedAt !== null);
  const chosen = live.find(({ id }) => id === roster.chosen.value);
  if (account.profile.value?.kind !== "registered" && live.length + gone.length < 2) return null;

  const act = (work: () => Promise<void>) => async () => {
    setProblem("");
    setAsked(false);
    await work().catch((error: unknown) => setProblem(explain(error)));
  };
  return (
    <>
      <span class="label" id="characters-label">
        {live.length === 0 ? "Make your first character" : "Who do you want to be?"}
      </span>
      {live.length > 0 && (
        <div class="cast" role="radiogroup" aria-labelledby="characters-label">
          {live.map((one) => (
            <Choice
              key={one.id}
              one={one}
              checked={one.id === chosen?.id}
              choose={act(() => roster.choose(one.id))}
            />
          ))}
          {live.length < roster.max.value && (
            // biome-ignore lint/a11y/useSemanticElements: see Choice
            <button
              type="button"
              role="radio"
              class="new"
              aria-checked={!chosen}
              onClick={act(() => roster.choose(undefined))}
            >
              <b aria-hidden="true">+</b> New
            </button>
          )}
        </div>
      )}
      <p class="row cast-ways">
        {chosen && !asked && (
          <button type="button" class="quiet" onClick={() => setAsked(true)}>
            Delete {chosen.name}…
          </button>
        )}
        {chosen && asked && (
          <>
            <span class="grow">You can bring {chosen.name} back for seven days.</span>
            <button type="button" onClick={act(() => roster.remove(chosen.id))}>
              Delete
            </button>
            <button type="button" onClick={() => setAsked(false)}>
              Keep
            </button>
          </>
        )}
        {!asked &&
          gone.map((one) => (
            <button type="button" class="quiet" key={one.id} onClick={act(() => roster.restore(one.id))}>
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

function Choice({ one, checked, choose }: { one: OwnCharacter; checked: boolean; choose(): void }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a native radio cannot be drawn as a figure with a name
    <button type="button" role="radio" aria-checked={checked} onClick={choose}>
      <Figure color={one.color} shape={one.shape} />
      <span>{one.name}</span>
    </button>
  );
}

function daysLeft({ deletedAt }: OwnCharacter): string {
  const until = new Date(deletedAt ?? 0).getTime() + RESTORE_DAYS * DAY_MS;
  const days = Math.max(1, Math.ceil((until - Date.now()) / DAY_MS));
  return days === 1 ? "one day left" : `${days} days left`;
}
