import { COLORS } from "roomkeep/shared";
import { isDrawer, leads, type Now, ranked } from "./facts.ts";

/** Who plays: points, who draws, who has the word. The leader removes somebody in the lobby. */
export function Seats({ now }: { now: Now }) {
  const { state, context } = now;
  const isLobby = state.phase === "lobby";
  const mayKick = isLobby && leads(now);
  const isOn = state.phase === "draw" || state.phase === "reveal";
  return (
    <ol class="sk-seats" data-testid="seats">
      {ranked(state).map(({ id, name, color, points, gained, found, away, bot, ready }) => (
        <li
          key={id}
          class={`${found && isOn ? "found" : ""} ${away ? "away" : ""} ${id === state.turn ? "draws" : ""}`}
        >
          <i style={{ background: COLORS[color] }} />
          <span class="name">
            {name}
            {id === context.room.sessionId && <em> you</em>}
          </span>
          <small>{noteOf({ bot, away, isLeader: isLobby && id === state.leader })}</small>
          {isLobby ? (
            ready && <b class="mark">ready</b>
          ) : (
            <Mark found={found && isOn} draws={id === state.turn} />
          )}
          {!isLobby && (
            <b class="points">
              {points}
              {state.phase === "reveal" && gained > 0 && <sup>+{gained}</sup>}
            </b>
          )}
          {mayKick && id !== context.room.sessionId && (
            <button
              type="button"
              class="kick"
              aria-label={`Remove ${name}`}
              onClick={() => context.send("kick", { id })}
            >
              ×
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}

function noteOf({ bot, away, isLeader }: { bot: boolean; away: boolean; isLeader: boolean }): string {
  if (bot) return "bot";
  if (away) return "away";
  return isLeader ? "leads" : "";
}

function Mark({ found, draws }: { found: boolean; draws: boolean }) {
  if (draws) return <b class="mark">draws</b>;
  return found ? <b class="mark good">got it</b> : null;
}

/** Whether the page has a seat whose owner guesses now. */
export function mayGuess(now: Now): boolean {
  return now.me !== undefined && !isDrawer(now) && !now.me.found;
}
