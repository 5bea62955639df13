import { effect, type Signal, signal } from "@preact/signals";
import type { PartyView, ServerMessages } from "../../shared/index.ts";
import type { Session } from "../network/session.ts";
import { playersOf, type RoomPlayer } from "../room/room-players.ts";

/** An invitation that waits for an answer. */
export type Invitation = ServerMessages["party.invited"];

/** The own party and its invitations. */
export interface PartyStore {
  readonly view: Signal<PartyView | null>;
  /** The oldest comes first. */
  readonly invitations: Signal<readonly Invitation[]>;
  /** The other players of the room, sorted by name. */
  roomPlayers(): RoomPlayer[];
  invite(sessionId: string): void;
  answer(invitation: Invitation, yes: boolean): void;
  leave(): void;
  /** `member`: character id. */
  kick(member: string): void;
  lead(member: string): void;
}

/** How long an invitation is shown, ms: as long as it is valid. */
const SHOWN_MS = 60_000;

/** Follows the party through all rooms of a session. */
export function openParty(session: Session): PartyStore {
  const view = signal<PartyView | null>(null);
  const invitations = signal<readonly Invitation[]>([]);
  const forget = (party: string) => {
    invitations.value = invitations.value.filter((one) => one.party !== party);
  };
  const send = (type: string, message: object = {}) => session.room.value?.send(type, message);

  effect(() => {
    const room = session.room.value;
    if (!room) {
      if (session.phase.peek().kind === "idle") view.value = null;
      return;
    }
    room.onMessage("party", (party: PartyView | null) => {
      view.value = party;
      if (party) forget(party.id);
    });
    room.onMessage("party.invited", (invitation: Invitation) => {
      forget(invitation.party);
      invitations.value = [...invitations.value, invitation];
      setTimeout(() => forget(invitation.party), SHOWN_MS);
    });
  });

  return {
    view,
    invitations,
    roomPlayers() {
      const room = session.room.value;
      const others = playersOf(room).filter(({ sessionId, bot }) => sessionId !== room?.sessionId && !bot);
      return others.sort((a, b) => a.name.localeCompare(b.name));
    },
    invite: (to) => send("party.invite", { to }),
    answer({ party }, yes) {
      forget(party);
      send(yes ? "party.accept" : "party.decline", { party });
    },
    leave: () => send("party.leave"),
    kick: (member) => send("party.kick", { member }),
    lead: (member) => send("party.lead", { member }),
  };
}
