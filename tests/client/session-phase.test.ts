import { CLOSE } from "roomkeep/shared";
import { describe, expect, it } from "vitest";
import { noticeFor } from "../../client/network/disconnect-notice.ts";
import {
  destinationOf,
  dropped,
  isInRoom,
  joined,
  queuedAt,
  queuePlaceOf,
  reconnected,
  roomOf,
  travelEnded,
  travellingTo,
} from "../../client/network/session-phase.ts";
import type { AnyRoom } from "../../client/room/joined-room.ts";

// The transitions only pass the room on.
const room = { roomId: "R" } as AnyRoom;
const other = { roomId: "S" } as AnyRoom;
const playing = joined(room, "");

describe("the phase of a session", () => {
  it("has a room from the join to the end, and none before and after", () => {
    for (const phase of [playing, queuedAt(playing, 2), travellingTo(playing, "Cave"), dropped(playing, "…")])
      expect(roomOf(phase)).toBe(room);
    const notice = noticeFor(CLOSE.KICKED);
    if (!notice) throw new Error("a kick has a notice");
    for (const phase of [{ kind: "idle" }, { kind: "joining" }, { kind: "ended", notice }] as const)
      expect(isInRoom(phase)).toBe(false);
  });

  it("counts down in the join queue and plays when it is the player's turn", () => {
    const queued = queuedAt(playing, 3);
    expect(queued).toMatchObject({ kind: "queued", place: 3 });
    expect(queuePlaceOf(queuedAt(queued, 1))).toBe(1);
    expect(queuedAt(queued, 0)).toEqual(playing);
  });

  it("travels, and stays where it was when the hand-over fails", () => {
    const travelling = travellingTo(playing, "Cave");
    expect(destinationOf(travelling)).toBe("Cave");
    expect(travelEnded(travelling)).toEqual(playing);
    expect(travelEnded(travellingTo(queuedAt(playing, 2), "Cave"))).toEqual(queuedAt(playing, 2));
  });

  it("arrives in the other room, dark until its scene is built, also in that room's queue", () => {
    const arriving = joined(other, "Cave");
    expect(arriving).toMatchObject({ kind: "arriving", room: other });
    expect(destinationOf(queuedAt(arriving, 4))).toBe("Cave");
    expect(travelEnded(arriving)).toEqual(joined(other, ""));
    expect(travelEnded(queuedAt(arriving, 4))).toMatchObject({ kind: "queued", place: 4 });
  });

  it("goes on where a drop interrupted it, however often it drops and whatever changes meanwhile", () => {
    const travelling = travellingTo(queuedAt(playing, 2), "Cave");
    const away = dropped(dropped(travelling, "first"), "second");
    expect(away).toMatchObject({ kind: "reconnecting", text: "second" });
    expect(destinationOf(away)).toBe("Cave");
    expect(queuePlaceOf(away)).toBe(2);
    expect(reconnected(away)).toEqual(travelling);
    expect(reconnected(queuedAt(travelEnded(away), 0))).toEqual(playing);
    expect(reconnected(playing)).toBe(playing);
  });
});
