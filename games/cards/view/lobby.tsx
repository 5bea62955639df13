import { COLORS, settingsOf } from "roomkeep/shared";
import { cardsSettings } from "../state.ts";
import type { Facts } from "./facts.ts";

interface Choice {
  readonly name: "cards" | "limit" | "turnS" | "absent";
  readonly label: string;
  readonly of: readonly (readonly [value: number | string, label: string])[];
}

const CHOICES: readonly Choice[] = [
  { name: "cards", label: "Cards", of: [4, 5, 6, 7, 8].map((n) => [n, String(n)] as const) },
  { name: "limit", label: "Play up to", of: [50, 100, 200].map((n) => [n, `${n} points`] as const) },
  {
    name: "turnS",
    label: "A turn takes",
    of: [
      [0, "any time"],
      [30, "30 seconds"],
      [120, "2 minutes"],
      [86_400, "a day"],
    ],
  },
  {
    name: "absent",
    label: "Who is away",
    of: [
      ["wait", "is waited for"],
      ["skip", "is skipped"],
    ],
  },
];

/** Before a match: who is in, how it is played, and the start. */
export function Lobby({ facts }: { facts: Facts }) {
  const { state, players, me, leads, send, share, place } = facts;
  const settings = settingsOf(state, cardsSettings);
  return (
    <section class="note lobby" aria-label="Lobby">
      <h1>Last Leaf</h1>
      <p>
        Get rid of your leaves: same suit or same number. An 8 fits always and names the suit, a 2 gives the
        next player two cards, an 11 skips them.
      </p>
      <ul class="names">
        {players.map(({ id, name, color, ready, away, bot, isMe }) => (
          <li key={id} class={away ? "away" : ""}>
            <i style={{ background: COLORS[color] }} />
            <span>
              {name}
              {isMe && " (you)"}
            </span>
            <small>{bot ? "bot" : away ? "away" : ready ? "ready" : ""}</small>
          </li>
        ))}
      </ul>
      {place !== "screen" && (
        <fieldset disabled={!leads}>
          {CHOICES.map(({ name, label, of }) => (
            <label key={name}>
              {label}
              <select
                name={name}
                value={String(settings[name])}
                onChange={({ currentTarget: { value } }) =>
                  send("settings", { [name]: name === "absent" ? value : Number(value) })
                }
              >
                {of.map(([value, text]) => (
                  <option key={value} value={String(value)}>
                    {text}
                  </option>
                ))}
              </select>
            </label>
          ))}
        </fieldset>
      )}
      {me && (
        <div class="deeds">
          <button
            type="button"
            class={me.ready ? "" : "go"}
            onClick={() => send("ready", { ready: !me.ready })}
          >
            {me.ready ? "Not yet" : "I am ready"}
          </button>
          {leads && (
            <button type="button" onClick={() => send("start", {})}>
              Deal{players.length < 2 && ", with a bot"}
            </button>
          )}
        </div>
      )}
      {place === "page" && (
        <p class="code">
          Friends come in by the code <b>{share.code}</b>.
        </p>
      )}
    </section>
  );
}
