import type { PlayerShown } from "../api/shapes.ts";
import { Act, REASON } from "../kit/act.tsx";
import type { Field } from "../kit/fields.tsx";

/** How long something holds; empty: for good. */
export const MINUTES: Field = {
  name: "minutes",
  label: "Minutes",
  kind: "number",
  from: 1,
  hint: "Empty: for good",
};

const TOLD: Field = { ...REASON, hint: "The player is told it; it stays in the audit log" };

/** What is done against a player's conduct. */
export function SanctionActs({ player, done }: { player: PlayerShown; done: () => void }) {
  const { id } = player;
  const name = player.name ?? player.characters[0]?.name ?? "this guest";
  const params = { player: id };
  return (
    <p class="buttons">
      <Act
        op="players.warn"
        label="Warn"
        title={`Warn ${name}`}
        params={params}
        fields={[TOLD]}
        onDone={done}
      />
      <Act
        op="players.mute"
        label="Mute"
        title={`Mute ${name}`}
        text="At once, in every room."
        params={params}
        fields={[
          MINUTES,
          {
            name: "channels",
            label: "What",
            kind: "choice",
            choices: [
              ["both", "Chat and voice"],
              ["chat", "Chat"],
              ["voice", "Voice"],
            ],
          },
          TOLD,
        ]}
        onDone={done}
      />
      <Act
        op="players.kick"
        label="Kick"
        title={`Kick ${name}`}
        text="Out of the room they are in; they may come back."
        params={params}
        fields={[TOLD]}
        onDone={done}
      />
      <Act
        op="players.ban"
        label="Ban"
        title={`Ban ${name}`}
        text="Out of every room at once, and no way back in until it ends."
        params={params}
        fields={[MINUTES, TOLD]}
        danger
        onDone={done}
      />
      <Act
        op="players.note"
        label="Note"
        title={`A note on ${name}`}
        text="For operators. The player does not see it."
        params={params}
        fields={[{ name: "text", label: "Note", kind: "text", required: true, max: 2_000 }]}
        onDone={done}
      />
    </p>
  );
}
