import { signal } from "@preact/signals";
import type { PanelContext, PersonHere } from "roomkeep/client";
import type { Mine, MyGroup } from "./answers.ts";
import { Press } from "./list.tsx";

/** Grows with each message that says that the lists are not what they were. */
export const changes = signal(0);
/** Groups into which the account may invite. */
const inviting = signal<readonly MyGroup[]>([]);

/** Reads them anew. */
export async function readInviting(request: PanelContext["request"]): Promise<void> {
  const { groups } = await request<Mine>("GET", "/v1/groups/mine");
  inviting.value = groups.filter(({ permissions }) => permissions.includes("invite"));
}

/** A button for each of these groups at a player of the room, whose account the page does not know. */
export function InviteHere({ room, notice, sessionId, name }: PanelContext & PersonHere) {
  return (
    <>
      {inviting.value.map((group) => (
        <Press
          key={group.id}
          label={`Invite to ${group.tag ?? group.name}`}
          name={name}
          act={() => {
            room.value?.send("groups.invite", { group: group.id, who: sessionId });
            notice(`${name} is invited to ${group.name}.`);
          }}
        />
      ))}
    </>
  );
}
