import { useState } from "preact/hooks";
import { may } from "../api/session.ts";
import type { Person } from "../api/shapes.ts";
import { Act } from "../kit/act.tsx";
import { bytesText, msText } from "../kit/format.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { linkTo } from "../kit/route.ts";
import { Table } from "../kit/table.tsx";
import { useAsk } from "../kit/use-ask.ts";

const EVERY_MS = 3_000;

/** Who is in a room. */
export function People({ roomId }: { roomId: string }) {
  const [hasAddresses, setAddresses] = useState(false);
  const shown = useAsk("rooms.players", hasAddresses ? undefined : { roomId }, EVERY_MS);
  const withAddresses = useAsk("rooms.addresses", hasAddresses ? { roomId } : undefined);
  const asked = hasAddresses ? withAddresses : shown;
  return (
    <>
      {may("rooms.addresses") && (
        <label class="check">
          <input type="checkbox" checked={hasAddresses} onChange={() => setAddresses(!hasAddresses)} />
          With addresses, as they are now; the look is in the audit log
        </label>
      )}
      <Loaded asked={asked}>
        {({ people }) =>
          people.length === 0 ? (
            <Empty>Nobody is in it.</Empty>
          ) : (
            <PeopleTable roomId={roomId} people={people} again={asked.again} />
          )
        }
      </Loaded>
    </>
  );
}

function PeopleTable(props: { roomId: string; people: readonly Person[]; again: () => void }) {
  const { roomId, people, again } = props;
  const hasAddress = people.some(({ address }) => address !== undefined);
  return (
    <Table
      label="Players and viewers"
      rows={people}
      keyOf={({ session }) => session}
      columns={[
        {
          head: "Name",
          cell: ({ account, name, away, travelling, as }) => (
            <span>
              <a href={linkTo(["players", account])}>{name || "no name"}</a>{" "}
              {as !== "player" && <span class="badge">{as}</span>}
              {away && <span class="badge warn">away</span>}
              {travelling && <span class="badge">travelling</span>}
            </span>
          ),
        },
        { head: "Role", cell: ({ role }) => role },
        { head: "Ping", cell: ({ pingMs }) => msText(pingMs), number: true },
        {
          head: "Place",
          cell: ({ place }) => (place ? `${place.x.toFixed(1)}, ${place.z.toFixed(1)}` : "–"),
          number: true,
        },
        {
          head: "In / out",
          cell: ({ bytesIn, bytesOut }) => `${bytesText(bytesIn)} / ${bytesText(bytesOut)}`,
          number: true,
        },
        ...(hasAddress ? [{ head: "Address", cell: ({ address }: Person) => address ?? "–" }] : []),
        {
          head: "Act",
          cell: ({ session, name }) => (
            <Act
              op="rooms.kick"
              label="Kick"
              title={`Kick ${name || session}`}
              text="They are sent out of the room and told the reason; they may come back."
              params={{ roomId, player: session }}
              danger
              onDone={again}
            />
          ),
        },
      ]}
    />
  );
}
