import { codeOf } from "../network/last-seat.ts";
import type { JoinedRoom } from "../network/predict.ts";
import { Copyable } from "./copyable.tsx";
import { Panel } from "./panel.tsx";

/** The link to the room, and its code. */
export function Share({ room, close }: { room: JoinedRoom; close(): void }) {
  const link = `${location.origin}${location.pathname}?room=${codeOf(room)}`;
  return (
    <Panel title="Invite friends" close={close}>
      <p>Anybody who opens this link joins your room.</p>
      <Copyable text={link} />
      <p>
        Or tell them the code <code class="big">{codeOf(room)}</code>
      </p>
    </Panel>
  );
}
