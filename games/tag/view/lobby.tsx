import { useState } from "preact/hooks";
import { Qr } from "roomkeep/client";
import { COLORS } from "roomkeep/shared";
import { ROUND_LENGTHS } from "../settings.ts";
import type { Facts, TagPlayer } from "./facts.ts";

/** Sends a button's message; the server answers by the state or a refusal. */
export type Send = (
  type: "ready" | "start" | "rematch" | "lead" | "kick" | "settings",
  payload: object,
) => void;

/** The link to a room. */
export const linkTo = (code: string) => `${location.origin}${location.pathname}?room=${code}`;

/** The lobby: players and who is ready, the room code, and the start. On a phone it folds to a bar. */
export function Lobby({ facts, send }: { facts: Facts; send: Send }) {
  const me = facts.players.find(({ id }) => id === facts.me);
  // Who watches has nothing to press in it.
  const [open, setOpen] = useState(me !== undefined);
  const leads = facts.leader === facts.me;
  const present = facts.players.filter(({ away }) => !away);
  const ready = present.filter((player) => player.ready).length;
  return (
    <section class={`panel tag-lobby ${open ? "" : "folded"}`} aria-label="Lobby">
      <h2>
        <span>
          Lobby <small>{`${ready} of ${present.length} ready`}</small>
        </span>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Fold" : "Open"}
        </button>
      </h2>
      {open && <Invitation code={facts.code} />}
      {open && <People facts={facts} leads={leads} send={send} />}
      {open && <RoundLength facts={facts} leads={leads} send={send} />}
      {me && (
        <div class="row tag-actions">
          <button
            type="button"
            class={me?.ready ? "tag-set" : "tag-unset"}
            aria-pressed={me?.ready ?? false}
            onClick={() => send("ready", { ready: !me?.ready })}
          >
            {me?.ready ? "✓ Ready" : "I am ready"}
          </button>
          {leads && (
            <button type="button" class="go" disabled={present.length < 2} onClick={() => send("start", {})}>
              Start
            </button>
          )}
        </div>
      )}
      {open && <p class="tag-hint">{hintFor(present.length, leads)}</p>}
    </section>
  );
}

function hintFor(present: number, leads: boolean): string {
  if (present < 2) return "A round needs two players. Let a friend scan the code.";
  return leads
    ? "Start when you like. The round starts by itself when all are ready."
    : "The round starts when all are ready, or when the leader starts it. A leader who lets all others wait loses the lead.";
}

/** The room code in large letters, with a QR code beside it. */
function Invitation({ code }: { code: string }) {
  const here = /^(localhost|127\.|\[::1\])/u.test(location.hostname);
  return (
    <div class="tag-invite">
      <div>
        <span class="label">Room code</span>
        <strong class="tag-code" data-testid="code">
          {code}
        </strong>
        {here && (
          <small>
            This address works on this computer only. Open the page by the computer's network address to get a
            link for others.
          </small>
        )}
      </div>
      <Qr text={linkTo(code)} />
    </div>
  );
}

function People({ facts, leads, send }: { facts: Facts; leads: boolean; send: Send }) {
  return (
    <ul class="tag-people">
      {facts.players.map((player) => (
        <li key={player.id} class={player.away ? "gone" : ""}>
          <Dot color={player.color} />
          <span class="grow">
            {player.name}
            {player.id === facts.me && <small> you</small>}
            {player.id === facts.leader && <small class="tag-leader"> ★ leader</small>}
          </span>
          {leads && player.id !== facts.me && (
            <button
              type="button"
              title={`Remove ${player.name} from the room`}
              aria-label={`Remove ${player.name}`}
              onClick={() => send("kick", { id: player.id })}
            >
              ✕
            </button>
          )}
          {leads && player.id !== facts.me && !player.away && (
            <button
              type="button"
              title={`Make ${player.name} the leader`}
              aria-label={`Make ${player.name} the leader`}
              onClick={() => send("lead", { to: player.id })}
            >
              give ★
            </button>
          )}
          <span class={player.ready ? "tag-yes" : "tag-no"}>{markOf(player)}</span>
        </li>
      ))}
    </ul>
  );
}

/** The leader's setting, which all see. */
function RoundLength({ facts, leads, send }: { facts: Facts; leads: boolean; send: Send }) {
  const lengths = [...new Set([...ROUND_LENGTHS, facts.roundS])].sort((a, b) => a - b);
  return (
    <label class="row tag-length">
      <span class="grow">A round lasts</span>
      <select
        aria-label="Length of a round"
        disabled={!leads}
        value={facts.roundS}
        onChange={({ currentTarget }) => send("settings", { roundS: Number(currentTarget.value) })}
      >
        {lengths.map((seconds) => (
          <option key={seconds} value={seconds}>
            {seconds} s
          </option>
        ))}
      </select>
    </label>
  );
}

function markOf({ away, ready }: TagPlayer): string {
  if (away) return "away";
  return ready ? "✓ ready" : "not yet";
}

/** The colour of a player. */
export function Dot({ color }: { color: number }) {
  return <span class="dot" style={{ background: COLORS[color] }} />;
}
