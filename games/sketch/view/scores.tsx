import { COLORS } from "roomkeep/shared";
import { type Now, ordinal, placeOf, ranked } from "./facts.ts";

/** The end: the first three large, the others below. */
export function Scores({ now }: { now: Now }) {
  const { state } = now;
  const seats = ranked(state);
  return (
    <section class="sk-scores" data-testid="scores">
      <h1>
        <mark>{seats[0]?.name}</mark> wins!
      </h1>
      <ol>
        {seats.map((seat) => (
          <li key={seat.id} class={`place-${placeOf(state, seat)}`}>
            <b>{ordinal(placeOf(state, seat))}</b>
            <i style={{ background: COLORS[seat.color] }} />
            <span class="name">{seat.name}</span>
            <b class="points">{seat.points}</b>
          </li>
        ))}
      </ol>
    </section>
  );
}
