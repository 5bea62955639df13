import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { COLORS, type PartyMember } from "roomkeep/shared";
import { placeInQueue } from "../../network/queue-text.ts";
import type { Page } from "../../page-state.ts";
import { Panel } from "../panel.tsx";
import { OverflowRooms } from "./overflow-rooms.tsx";

const chosen = signal("");

/** Who is in the party and where; a click on somebody shows what one can do. */
export function PartyList({ page: { party, session } }: { page: Page }) {
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
            {member.id === view.lead && <span title="Leads the party">★</span>}
            {member.roomId !== here && <small>{member.place || "away"}</small>}
          </button>
          {chosen.value === member.id && <Choices party={party} member={member} />}
        </div>
      ))}
    </section>
  );
}

function Choices({ party, member }: { party: Page["party"]; member: PartyMember }) {
  const view = party.view.value;
  const act = (what: () => void) => () => {
    chosen.value = "";
    what();
  };
  if (member.id === view?.you) {
    return (
      <div class="choices">
        <button type="button" onClick={act(party.leave)}>
          Leave the party
        </button>
      </div>
    );
  }
  if (view?.you !== view?.lead) return null;
  return (
    <div class="choices">
      <button type="button" onClick={act(() => party.lead(member.id))}>
        Let lead
      </button>
      <button type="button" onClick={act(() => party.kick(member.id))}>
        Send away
      </button>
    </div>
  );
}

/** An invitation that waits for an answer. */
export function InvitationBanner({ page: { party } }: { page: Page }) {
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

/** Everybody in the room, to invite them. */
export function People({ page }: { page: Page }) {
  const { party, overlay, picked } = page;
  const [, again] = useState(0);
  useEffect(() => {
    // People come and go while the list is open.
    const beat = setInterval(() => again((count) => count + 1), 1_000);
    return () => clearInterval(beat);
  }, []);
  const members = new Set(party.view.value?.members.map(({ sessionId }) => sessionId));
  const people = party.roomPlayers();
  const first = people.filter(({ sessionId }) => sessionId === picked.value);
  const rest = people.filter(({ sessionId }) => sessionId !== picked.value);
  return (
    <Panel page={page} title="People here">
      <ul class="rooms people">
        {[...first, ...rest].map(({ sessionId, name, color }) => (
          <li key={sessionId} class="row">
            <span class="dot" style={{ background: COLORS[color] }} />
            <b class="grow">{name}</b>
            {page.things.bag.available.value && (
              <button
                type="button"
                aria-label={`Trade with ${name}`}
                onClick={() => {
                  page.things.trade.ask(sessionId);
                  page.board.notice.value = `You ask ${name} to trade…`;
                  overlay.value = "none";
                }}
              >
                Trade
              </button>
            )}
            <button
              type="button"
              aria-label={`Whisper to ${name}`}
              onClick={() => {
                page.letters.whisperTo({ to: sessionId, name });
                overlay.value = "none";
                // Once the panel has given the focus back.
                setTimeout(() => document.getElementById("say")?.focus());
              }}
            >
              Whisper
            </button>
            {members.has(sessionId) ? (
              <small>in your party</small>
            ) : (
              <button
                type="button"
                onClick={() => {
                  party.invite(sessionId);
                  overlay.value = "none";
                }}
              >
                Invite to party
              </button>
            )}
          </li>
        ))}
      </ul>
      {people.length === 0 && <p>Nobody else is here.</p>}
      <OverflowRooms page={page} />
    </Panel>
  );
}

/** The veil over a journey, and over a room that one waits for. */
export function TravelOverlay({ page: { session } }: { page: Page }) {
  const text = session.journey.value || placeInQueue(session.queue.value);
  return (
    <div class={`veil ${text ? "drawn" : ""}`} aria-hidden={!text} role="status" data-testid="veil">
      {text && <span>{text}</span>}
    </div>
  );
}
