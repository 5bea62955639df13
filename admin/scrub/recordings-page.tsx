import type { KeptRow } from "../api/shapes.ts";
import { agoText, bytesText, spanText, timeText } from "../kit/format.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { linkTo, route, setQuery } from "../kit/route.ts";
import { Table } from "../kit/table.tsx";
import { useAsk } from "../kit/use-ask.ts";

/** Recordings that were kept with a reason. */
export function RecordingsPage() {
  const { room = "" } = route.value.query;
  const asked = useAsk("recordings.list", room ? { roomId: room } : {});
  return (
    <>
      <h1>Kept recordings</h1>
      <search class="filter">
        <p class="field narrow">
          <label for="kept-room">Room</label>
          <input
            id="kept-room"
            type="search"
            value={room}
            onChange={({ currentTarget: { value } }) => setQuery({ room: value.trim().toUpperCase() })}
          />
        </p>
      </search>
      <Loaded asked={asked}>
        {({ recordings }) =>
          recordings.length === 0 ? (
            <Empty>None is kept. A room's page has a button for it, and a report keeps its own.</Empty>
          ) : (
            <div class="sheet">
              <KeptTable recordings={recordings} />
            </div>
          )
        }
      </Loaded>
    </>
  );
}

/** A list of kept recordings. */
export function KeptTable({ recordings }: { recordings: readonly KeptRow[] }) {
  return (
    <Table
      label="Kept recordings"
      rows={recordings}
      keyOf={({ id }) => id}
      columns={[
        {
          head: "Of",
          cell: ({ id, roomId, game }) => (
            <a href={linkTo(["recordings", id])}>
              {game} {roomId}
            </a>
          ),
        },
        { head: "Kept", cell: ({ at }) => <time title={timeText(at)}>{agoText(at)}</time> },
        { head: "Why", cell: ({ reason }) => reason },
        { head: "By", cell: ({ by, about }) => <AboutText by={by} about={about} /> },
        {
          head: "Length",
          cell: ({ from, to }) => spanText(new Date(to).getTime() - new Date(from).getTime()),
          number: true,
        },
        { head: "Size", cell: ({ bytes }) => bytesText(bytes), number: true },
      ]}
    />
  );
}

function AboutText({ by, about }: Pick<KeptRow, "by" | "about">) {
  const [noun, id] = about.split(":");
  if (noun !== "report" || !id) return <>{by}</>;
  return (
    <>
      {by}, <a href={linkTo(["reports", id])}>report</a>
    </>
  );
}
