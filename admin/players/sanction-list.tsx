import type { Sanction } from "../api/shapes.ts";
import { Act } from "../kit/act.tsx";
import { agoText, timeText } from "../kit/format.ts";
import { Empty } from "../kit/loaded.tsx";
import { Table } from "../kit/table.tsx";

/** Sanctions, the newest first; those in force can be lifted. */
export function SanctionList({ sanctions, again }: { sanctions: readonly Sanction[]; again: () => void }) {
  if (sanctions.length === 0) return <Empty>None was given.</Empty>;
  return (
    <Table
      label="Sanctions"
      rows={sanctions}
      keyOf={({ id }) => id}
      columns={[
        {
          head: "Kind",
          cell: ({ kind, live, chat, voice, characterId, range }) => (
            <span>
              {kind} {kind === "mute" && !(chat && voice) && (chat ? "chat" : "voice")}
              {characterId && <span class="badge">one character</span>}
              {range && <code>{range}</code>} {live && <span class="badge bad">in force</span>}
            </span>
          ),
        },
        { head: "Reason", cell: ({ reason }) => reason },
        {
          head: "Given",
          cell: ({ givenAt, givenBy }) => (
            <span title={timeText(givenAt)}>
              {agoText(givenAt)} by {givenBy}
            </span>
          ),
        },
        {
          head: "Ends",
          cell: ({ kind, endsAt, liftedAt, liftedBy, liftReason }) =>
            liftedAt !== null
              ? `lifted by ${liftedBy} ${agoText(liftedAt)}: ${liftReason}`
              : endsAt !== null
                ? timeText(endsAt)
                : kind === "mute" || kind === "ban"
                  ? "for good"
                  : "–",
        },
        { head: "Read", cell: ({ readAt }) => (readAt === null ? "not yet" : agoText(readAt)) },
        {
          head: "Act",
          cell: ({ id, kind, live }) =>
            live && (
              <Act
                op="sanctions.lift"
                label="Lift"
                title={`Lift this ${kind}`}
                params={{ sanction: id }}
                onDone={again}
              />
            ),
        },
      ]}
    />
  );
}
