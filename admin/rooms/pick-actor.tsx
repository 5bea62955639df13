import type { ActorLabel, Frame } from "../api/shapes.ts";

/** Chooses whom the picture marks, for those who cannot point at it; says where they are. */
export function PickActor({
  who,
  marked,
  mark,
  frame,
}: {
  who: Readonly<Record<string, ActorLabel>>;
  marked: string | undefined;
  mark: (id: string | undefined) => void;
  frame: Frame | undefined;
}) {
  const players = Object.entries(who).filter(([, { player }]) => player);
  const spot = frame?.actors.find(([id]) => id === marked);
  const label = marked === undefined ? undefined : who[marked];
  return (
    <div class="filter">
      <p class="field narrow">
        <label for="mark">Mark</label>
        <select
          id="mark"
          value={marked ?? ""}
          onChange={({ currentTarget: { value } }) => mark(value === "" ? undefined : value)}
        >
          <option value="">Nobody</option>
          {players.map(([id, { name }]) => (
            <option key={id} value={id}>
              {name || id}
            </option>
          ))}
          {label && !label.player && (
            <option value={marked}>
              {label.kind} {marked}
            </option>
          )}
        </select>
      </p>
      {label && (
        <p class="field">
          <span>
            {label.name || label.kind} <code>{marked}</code>
          </span>
          <span class="faint">
            {spot
              ? `x ${spot[1].toFixed(1)}, z ${spot[2].toFixed(1)}, height ${spot[4].toFixed(1)} m`
              : "not here"}
          </span>
        </p>
      )}
    </div>
  );
}
