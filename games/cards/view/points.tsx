import type { Facts } from "./facts.ts";

/** After a round, and at the end: what everybody has. */
export function Points({ facts: { state, players, leads, send } }: { facts: Facts }) {
  const isOver = state.phase === "over";
  const winner = players.find(({ id }) => id === state.winner);
  const ranked = [...players].sort((a, b) => a.points - b.points);
  return (
    <section class="note points" aria-label="Points">
      <h1>
        {isOver
          ? `${winner?.isMe ? "You win" : `${winner?.name ?? "Nobody"} wins`}!`
          : `Round ${state.round}`}
      </h1>
      <table>
        <tbody>
          {ranked.map(({ id, name, gained, points, isMe }) => (
            <tr key={id} class={isMe ? "mine" : ""}>
              <th scope="row">{name}</th>
              <td>{gained > 0 ? `+${gained}` : "out!"}</td>
              <td class="sum">{points}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {!isOver && <p>The next round begins in {state.secondsLeft} s. Fewest points win.</p>}
      {isOver && leads && (
        <div class="deeds">
          <button type="button" class="go" onClick={() => send("rematch", {})}>
            Once more
          </button>
        </div>
      )}
      {isOver && !leads && <p>The leader may begin another match.</p>}
    </section>
  );
}
