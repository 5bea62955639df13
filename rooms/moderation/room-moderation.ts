import { CLOSE, type Refusal, RoomkeepError, refuse } from "../../shared/index.ts";
import { roomMessages, type SanctionMessage } from "../../shared/internal.ts";
import type { MessageRouter } from "../messaging/message-router.ts";
import { nameOf, type RoomPlayer } from "../player.ts";
import type {
  LiveSanction,
  Log,
  PlayerReport,
  Ports,
  ReportedPerson,
  SanctionedPerson,
} from "../ports/ports.ts";
import type { Viewer } from "../viewers/viewer.ts";
import type { ChatHistory } from "./chat-history.ts";

/** Players who left and can still be reported. */
const LEFT_MAX = 50;

/** What moderation needs of its room. */
export interface ModerationHost<P extends RoomPlayer> {
  readonly roomName: string;
  readonly roomId: string;
  readonly players: ReadonlyMap<string, P>;
  readonly viewers: ReadonlyMap<string, Viewer>;
  readonly ports: Pick<Ports, "sanctions" | "reports">;
  readonly log: Log;
  readonly chat: ChatHistory;
  letGo(player: P, reason: "banned" | "kicked"): void;
  /** Sends a viewer something at once, and removes one. */
  tellViewer(viewer: Viewer, message: SanctionMessage): void;
  removeViewer(viewer: Viewer, code: number, reason: string): void;
}

/** Somebody in the room, with the way to act on them. */
interface Present extends SanctionedPerson {
  tell(sanction: SanctionMessage): void;
  remove(reason: "banned" | "kicked"): void;
  mute(chatMs: number, voiceMs: number): void;
}

/**
 * The moderation of a room: what is given in any process is in force here, and players report players. What
 * was given before somebody came in is told once; a kick of before is none any more.
 */
export class RoomModeration<P extends RoomPlayer> {
  readonly #host: ModerationHost<P>;
  /** What was acted on, by the person's seat. */
  readonly #known = new WeakMap<object, ReadonlyMap<string, LiveSanction>>();
  readonly #left = new Map<string, ReportedPerson>();

  constructor(host: ModerationHost<P>, router: MessageRouter<P>) {
    this.#host = host;
    const { ports } = host;
    router.reply("report", roomMessages.report, (player, report) => this.#file(player, report));
    router.reply("sanction.read", roomMessages["sanction.read"], ({ claim }, { id }) =>
      ports.sanctions.read(claim.sheet.accountId, id),
    );
  }

  /** Follows what is given and lifted. @returns how to stop */
  watch(): () => void {
    return this.#host.ports.sanctions.watch({
      people: () => this.#people(),
      apply: (of) => {
        for (const person of this.#people()) {
          const sanctions = of(person);
          if (sanctions) this.#apply(person, sanctions);
        }
      },
    });
  }

  /** A player comes in: mutes hold from the first message on, and what was not read yet is told. */
  entered(player: P, sanctions: readonly LiveSanction[]): void {
    this.#begin(this.#playerOf(player), player, sanctions);
  }

  /** A viewer comes in. */
  viewerEntered(viewer: Viewer, sanctions: readonly LiveSanction[]): void {
    this.#begin(this.#viewerOf(viewer), viewer, sanctions);
  }

  /** Somebody who has left can still be reported for a while. */
  left(player: P): void {
    this.#left.set(player.sessionId, personOf(player));
    if (this.#left.size > LEFT_MAX)
      for (const first of this.#left.keys()) return void this.#left.delete(first);
  }

  #begin(person: Present, key: object, sanctions: readonly LiveSanction[]): void {
    this.#known.set(key, new Map(sanctions.map((one) => [one.id, one])));
    this.#mute(person, sanctions);
    for (const one of sanctions) if (one.kind === "mute" || one.kind === "warn") person.tell(this.#told(one));
  }

  #apply(person: Present & { readonly key: object }, sanctions: readonly LiveSanction[]): void {
    const before = this.#known.get(person.key);
    const known = before ?? new Map<string, LiveSanction>();
    const own = sanctions.filter(
      ({ characterId = person.characterId }) => characterId === person.characterId,
    );
    this.#known.set(person.key, new Map(own.map((one) => [one.id, one])));
    this.#mute(person, own);
    const now = new Set(own.map(({ id }) => id));
    for (const one of known.values())
      if (one.kind === "mute" && !now.has(one.id)) person.tell({ ...this.#told(one), over: true });
    // Who was taken over from a room before an edit was kicked there, if at all.
    const fresh = own.filter(({ id, kind }) => !known.has(id) && (before !== undefined || kind !== "kick"));
    for (const one of fresh) person.tell(this.#told(one));
    const kinds = new Set(fresh.map(({ kind }) => kind));
    if (kinds.has("ban")) person.remove("banned");
    else if (kinds.has("kick")) person.remove("kicked");
  }

  #mute(person: Present, sanctions: readonly LiveSanction[]): void {
    const until = (channel: "chat" | "voice") =>
      Math.max(0, ...sanctions.map((one) => (one.kind === "mute" && one[channel] ? endOf(one) : 0)));
    person.mute(until("chat"), until("voice"));
  }

  #told({ id, kind, reason, endsAt, chat, voice }: LiveSanction): SanctionMessage {
    const until = endsAt?.toISOString() ?? null;
    return { id, kind, reason, until, chat, voice, appeal: this.#host.ports.sanctions.appeal };
  }

  *#people(): Iterable<Present & { readonly key: object }> {
    const { players, viewers } = this.#host;
    for (const player of [...players.values()]) yield { ...this.#playerOf(player), key: player };
    for (const viewer of [...viewers.values()]) yield { ...this.#viewerOf(viewer), key: viewer };
  }

  #playerOf(player: P): Present {
    const { accountId, id: characterId } = player.claim.sheet;
    return {
      accountId,
      characterId,
      address: player.address,
      tell: (sanction) => player.client.send("sanction", sanction),
      remove: (reason) => this.#host.letGo(player, reason),
      mute(chatMs, voiceMs) {
        player.mutedUntilMs = chatMs;
        player.voiceMutedUntilMs = voiceMs;
      },
    };
  }

  #viewerOf(viewer: Viewer): Present {
    const { accountId, characterId, address } = viewer.identity;
    const code = { banned: CLOSE.BANNED, kicked: CLOSE.KICKED };
    return {
      accountId,
      characterId,
      address,
      tell: (sanction) => this.#host.tellViewer(viewer, sanction),
      remove: (reason) => this.#host.removeViewer(viewer, code[reason], reason),
      mute(chatMs) {
        viewer.mutedUntilMs = chatMs;
      },
    };
  }

  async #file(
    player: P,
    { who, reason, text }: { who: string } & Pick<PlayerReport, "reason" | "text">,
  ): Promise<Refusal | undefined> {
    const { players, roomName: game, roomId, ports, chat } = this.#host;
    const present = players.get(who);
    const reported = present ? personOf(present) : this.#left.get(who);
    const reporter = personOf(player);
    if (!reported) return refuse("PLAYER_UNKNOWN");
    if (reported.accountId === reporter.accountId) return refuse("PLAYER_UNKNOWN", "That is you.");
    const lines = chat.readBy(reporter.characterId, reported.characterId);
    try {
      await ports.reports.file({ game, roomId, reporter, reported, reason, text, chat: lines });
    } catch (error) {
      if (!(error instanceof RoomkeepError)) throw error;
      return refuse(error.code, "Your report could not be kept just now. Try again in a moment.");
    }
    player.client.send("report.sent", { who });
    return undefined;
  }
}

const endOf = ({ endsAt }: LiveSanction): number => endsAt?.getTime() ?? Number.POSITIVE_INFINITY;

function personOf(player: RoomPlayer): ReportedPerson {
  const { accountId, id: characterId } = player.claim.sheet;
  return { accountId, characterId, name: nameOf(player) };
}
