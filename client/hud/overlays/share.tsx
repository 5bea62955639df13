import { codeOf } from "../../network/last-seat.ts";
import { Qr } from "../../places/qr.tsx";
import type { AnyRoom } from "../../room/joined-room.ts";
import { linkTo } from "../../room/share-link.ts";
import { Copyable } from "../copyable.tsx";
import { Panel } from "../panel.tsx";

/** The link to the room, its code, and both as a QR code. */
export function Share({ room, close }: { room: AnyRoom; close(): void }) {
  const link = linkTo(codeOf(room));
  return (
    <Panel title="Invite friends" close={close}>
      <p>Anybody who opens this link joins your room.</p>
      <Copyable text={link} />
      <div class="row share-code">
        <p class="grow">
          Or tell them the code <code class="big">{codeOf(room)}</code>
        </p>
        <Qr text={link} />
      </div>
    </Panel>
  );
}
