import { signal } from "@preact/signals";
import { COLORS } from "../../../shared/index.ts";
import type { PartyMember } from "../../../shared/internal.ts";
import type { Session } from "../../network/session.ts";
import type { PartyStore } from "../../social/party.ts";

/** Character id of the member whose actions are shown; empty. */
const chosen = signal("");

/** The members of the party and where they are; a click on one shows the actions. */
export function PartyList({ party, session }: { party: PartyStore; session: Session }) {
  const view = party.view.value;
  if (!view) return null;
  const here = session.room.value?.roomId;
  return (
    <section class="party" aria-label="Your party" data-testid="party">
      {view.members.map((member) => (
        <div key={member.id}>
          <button
            type="button"
            class={member.place ? "" : "gone"}
            aria-expanded={chosen.value === member.id}
            onClick={() => {
              chosen.value = chosen.value === member.id ? "" : member.id;
            }}
          >
            <span class="dot" style={{ background: COLORS[member.color] }} />
            <b>{member.name}</b>
            {member.id === view.lead && <span title="Leader of the party">★</span>}
            {member.roomId !== here && <small>{member.place || "away"}</small>}
          </button>
          {chosen.value === member.id && <MemberActions party={party} member={member} />}
        </div>
      ))}
    </section>
  );
}

function MemberActions({ party, member }: { party: PartyStore; member: PartyMember }) {
  const view = party.view.value;
  const closing = (act: () => void) => () => {
    chosen.value = "";
    act();
  };
  if (member.id === view?.you) {
    return (
      <div class="choices">
        <button type="button" onClick={closing(party.leave)}>
          Leave the party
        </button>
      </div>
    );
  }
  if (view?.you !== view?.lead) return null;
  return (
    <div class="choices">
      <button type="button" onClick={closing(() => party.lead(member.id))}>
        Make leader
      </button>
      <button type="button" onClick={closing(() => party.kick(member.id))}>
        Remove
      </button>
    </div>
  );
}

/** An invitation that waits for an answer. */
export function InvitationBanner({ party }: { party: PartyStore }) {
  const [invitation] = party.invitations.value;
  if (!invitation) return null;
  return (
    <div class="banner invitation" role="alertdialog" aria-label="Invitation" data-testid="invitation">
      <span>
        <b>{invitation.by}</b> invites you to a party.
      </span>
      <button type="button" onClick={() => party.answer(invitation, true)}>
        Join
      </button>
      <button type="button" onClick={() => party.answer(invitation, false)}>
        No
      </button>
    </div>
  );
}
