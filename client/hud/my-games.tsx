import type { GameEntry, MatchEntry } from "../network/api.ts";

interface MyGamesProps {
  matches: readonly MatchEntry[];
  games: readonly GameEntry[];
  disabled: boolean;
  goBack(code: string): void;
}

/** The matches that the player is in, with the way back to each. */
export function MyGames({ matches, games, disabled, goBack }: MyGamesProps) {
  if (matches.length === 0) return null;
  const labelOf = (game: string) => games.find((one) => one.game === game)?.label ?? game;
  return (
    <section class="my-games" aria-label="My games">
      <h2 class="label">My games</h2>
      <ul class="rooms">
        {matches.map(({ code, game, players, changedAt }) => {
          const turn = players.find(({ hasTurn }) => hasTurn);
          const others = players.filter(({ isMe }) => !isMe).map(({ name }) => name);
          return (
            <li key={code}>
              <button type="button" disabled={disabled} onClick={() => goBack(code)}>
                <span class="dot" style={{ opacity: turn?.isMe ? 1 : 0.3 }} />
                <span class="grow">
                  {labelOf(game)} <small>{code}</small>
                  <br />
                  <small>{others.length > 0 ? `with ${others.join(", ")}` : "alone"}</small>
                </span>
                <span class="count">
                  {turn?.isMe ? "your turn" : turn ? `${turn.name}'s turn` : ""}
                  <br />
                  {agoOf(changedAt)}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** A moment in the past, such as "2 days ago". */
function agoOf(at: string): string {
  const ms = Date.now() - Date.parse(at);
  const [unit, length] = UNITS.find(([, least]) => ms >= least) ?? ["minute", 60_000];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(-Math.floor(ms / length), unit);
}
