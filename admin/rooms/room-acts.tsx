import type { RoomShown } from "../api/shapes.ts";
import { Act } from "../kit/act.tsx";

/** What may be done with a room. */
export function RoomActs({ room, done }: { room: RoomShown; done: () => void }) {
  const { roomId, locked, players } = room;
  const of = { roomId };
  return (
    <p class="buttons">
      <Act
        op={locked ? "rooms.unlock" : "rooms.lock"}
        label={locked ? "Unlock" : "Lock"}
        title={`${locked ? "Unlock" : "Lock"} ${roomId}`}
        text={locked ? "Players can join again." : "Nobody else can join; who is in it stays."}
        params={of}
        fields={[]}
        onDone={done}
      />
      <Act
        op="rooms.announce"
        label="Announce"
        title={`Announce in ${roomId}`}
        text={`${players} players see it.`}
        params={of}
        fields={[{ name: "text", label: "Text", kind: "text", required: true, max: 200 }]}
      />
      <Act
        op="rooms.command"
        label="Command"
        title={`A command in ${roomId}`}
        text="As it is typed into the chat there; /help lists them."
        params={of}
        fields={[{ name: "line", label: "Command", kind: "line", required: true, first: "/", max: 200 }]}
        show={({ answer }) => <pre>{answer}</pre>}
        onDone={done}
      />
      <Act
        op="rooms.move"
        label="Move"
        title={`Move ${roomId} to another process`}
        text="Its players are handed over and play on."
        params={of}
        fields={[]}
        onDone={done}
      />
      <Act
        op="rooms.close"
        label="Close"
        title={`Close ${roomId}`}
        text={`${players} players are sent out, and told the reason. Characters are saved.`}
        params={of}
        danger
        onDone={done}
      />
    </p>
  );
}
