import { type Facts, playerOf } from "./facts.ts";
import { Dot, type Send } from "./lobby.tsx";

/** During a countdown and a round: the clock, the player who is it, and the own points. */
export function Clock({ facts }: { facts: Facts }) {
  const { phase, secondsLeft, me, it, grace } = facts;
  const own = playerOf(facts, me);
  const hunter = playerOf(facts, it);
  const hunts = it === me;
  const warning = `${hunter?.name ?? "A player"} is it${own && !own.watching ? " – keep away" : ""}`;
  return (
    <div class="tag-top">
      <div class="pill tag-clock" role="timer">
        {phase === "round" ? clock(secondsLeft) : `Round ${facts.round}`}
        {own && !own.watching && phase === "round" && <small> · {pointsOf(own?.points ?? 0)}</small>}
      </div>
      <div class={`pill tag-it ${hunts ? "me" : ""}`} role="status">
        <CrownIcon />
        <span>
          {hunts
            ? grace
              ? "You are it. You can tag in a moment…"
              : "You are it! Touch another player"
            : warning}
        </span>
      </div>
      {own?.watching && <div class="pill tag-watch">You watch this round and play in the next</div>}
    </div>
  );
}

/** The large digit of the countdown. */
export function Countdown({ facts }: { facts: Facts }) {
  return (
    <div class="tag-count" key={facts.secondsLeft} aria-live="assertive">
      {facts.secondsLeft}
    </div>
  );
}

/** The score board, with a button for the next round. */
export function Scores({ facts, send }: { facts: Facts; send: Send }) {
  const leads = facts.leader === facts.me;
  const own = playerOf(facts, facts.me);
  const present = facts.players.filter(({ away }) => !away);
  const leader = playerOf(facts, facts.leader);
  return (
    <section class="panel tag-scores" aria-label="Scores">
      <h2>
        <span>
          {headline(facts)} <small>Round {facts.round}</small>
        </span>
      </h2>
      <table>
        <thead>
          <tr>
            <th colSpan={2}>Player</th>
            <th title="Seconds in which the player was not it">Free</th>
            <th>Tags</th>
            <th>Points</th>
          </tr>
        </thead>
        <tbody>
          {facts.board.map((row, index) => (
            <tr key={row.id} class={row.id === facts.me ? "own" : ""}>
              <td>{index + 1}.</td>
              <td>
                <Dot color={row.color} /> {row.name}
              </td>
              <td>{row.freeS} s</td>
              <td>{row.tags}</td>
              <td>
                <b>{row.points}</b>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="tag-hint">One point for each second free, one for each tag.</p>
      {own && (
        <div class="row tag-actions">
          {leads ? (
            <button
              type="button"
              class="go"
              disabled={present.length < 2}
              onClick={() => send("rematch", {})}
            >
              Rematch
            </button>
          ) : (
            <button
              type="button"
              class={own?.ready ? "tag-set" : "tag-unset"}
              aria-pressed={own?.ready ?? false}
              onClick={() => send("ready", { ready: !own?.ready })}
            >
              {own?.ready ? "✓ Ready for a rematch" : "I want a rematch"}
            </button>
          )}
        </div>
      )}
      <p class="tag-hint">{nextRound(facts, leads, leader?.name)}</p>
    </section>
  );
}

function nextRound(facts: Facts, leads: boolean, leader = "The leader"): string {
  const present = facts.players.filter(({ away }) => !away);
  if (present.length < 2) return `A round needs two players. The code stays ${facts.code}.`;
  const ready = present.filter((player) => player.ready).length;
  const who = leads ? "You start the rematch" : `${leader} starts the rematch`;
  return `${who}, or all who are ready (${ready} of ${present.length}). The code stays ${facts.code}.`;
}

function headline({ board, me }: Facts): string {
  const [first, second] = board;
  if (!first) return "Round over";
  if (second?.points === first.points && second.tags === first.tags) return "A draw!";
  return first.id === me ? "You win!" : `${first.name} wins`;
}

function pointsOf(points: number): string {
  return points === 1 ? "1 point" : `${points} points`;
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function CrownIcon() {
  return (
    <svg viewBox="0 0 24 18" width="20" height="15" aria-hidden="true">
      <path d="M1 17 0 3l6 6 3-9 3 8 3-8 3 9 6-6-1 14z" fill="currentColor" />
    </svg>
  );
}
