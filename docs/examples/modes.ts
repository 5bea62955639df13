import assert from "node:assert/strict";
// #region modes
import { schema, t } from "@colyseus/schema";
import { GameRoom, type RoomPlayer } from "roomkeep/rooms";
import { refuse } from "roomkeep/shared";

const GuessState = schema({ solved: t.array("string") }, "GuessState");

class GuessRoom extends GameRoom<InstanceType<typeof GuessState>> {
  static override readonly listing = {
    label: "Guess the word",
    description: "One draws, all guess.",
    maxPlayers: 8,
    matchBy: { mode: ["easy", "hard"], language: ["en", "de"] }, // joins: { mode: "hard" }
    sortBy: "fullest",
    closed: ["whisper", "party.say"], // no hints behind the drawer's back
  } as const;
  override state = new GuessState();
  private word = "";

  protected override onOpen(): void {
    this.word = this.match.mode === "hard" ? "lighthouse" : "cat";
  }
  protected override onChat(player: RoomPlayer, text: string) {
    if (!text.toLowerCase().includes(this.word)) return; // to everybody, as it is
    if (this.state.solved.includes(player.sessionId)) return refuse("ACTION_REFUSED", "Tell nobody!");
    this.state.solved.push(player.sessionId);
    return { to: [player], text: `${text}: that is it!` };
  }
}
// #endregion
assert.equal(GuessRoom.listing.matchBy.mode[0], "easy");
