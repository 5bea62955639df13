import type { PlayerShown } from "../api/shapes.ts";
import { Act, REASON } from "../kit/act.tsx";
import { agoText, numberText, timeText } from "../kit/format.ts";
import { Empty } from "../kit/loaded.tsx";
import { linkTo } from "../kit/route.ts";
import { Table } from "../kit/table.tsx";
import { MINUTES } from "./sanction-acts.tsx";

/** The characters of an account. */
export function CharactersTab({ player, again }: { player: PlayerShown; again: () => void }) {
  if (player.characters.length === 0) return <Empty>There is no character.</Empty>;
  return (
    <Table
      label="Characters"
      rows={player.characters}
      keyOf={({ id }) => id}
      columns={[
        {
          head: "Name",
          cell: ({ name, deletedAt }) => (
            <span>
              {name} {deletedAt !== null && <span class="badge warn">deleted {agoText(deletedAt)}</span>}
            </span>
          ),
        },
        { head: "Id", cell: ({ id }) => <code>{id}</code> },
        {
          head: "Where",
          cell: ({ room }) => (room ? <a href={linkTo(["rooms", room])}>{room}</a> : "in no room"),
        },
        { head: "Coins", cell: ({ coins }) => numberText(coins), number: true },
        { head: "Since", cell: ({ createdAt }) => timeText(createdAt) },
        {
          head: "Act",
          cell: ({ id, name }) => (
            <span class="buttons">
              <a class="button" href={linkTo(["players", player.id], { tab: "items", character: id })}>
                Items
              </a>
              <Act
                op="players.rename-character"
                label="Rename"
                title={`Rename ${name}`}
                params={{ character: id }}
                fields={[{ name: "name", label: "New name", kind: "line", required: true, max: 32 }, REASON]}
                onDone={again}
              />
              <Act
                op="players.ban-character"
                label="Ban"
                title={`Ban ${name} alone`}
                text="The account's other characters may play on."
                params={{ character: id }}
                fields={[MINUTES, REASON]}
                danger
                onDone={again}
              />
            </span>
          ),
        },
      ]}
    />
  );
}
