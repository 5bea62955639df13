import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { KeepReason, KeptRecording } from "../ports/recording-archive.ts";
import { linesOfRing } from "../simulation/ring/ring-lines.ts";
import type { KeptRing } from "../simulation/ring/ring-recorder.ts";
import { openSlices } from "./slices.ts";

/** Characters that are compressed at a time. */
const PIECE_CHARS = 256 * 1024;
const compress = promisify(gzip);

/** The last seconds of a room in the form in which they are stored: the lines of a recording as gzip. */
export async function packRing(
  ring: KeptRing,
  hash: string,
  room: { readonly roomId: string; readonly build: string },
  why: KeepReason,
): Promise<KeptRecording> {
  const { game, segments, endedMs } = ring;
  const toTick = segments.at(-1)?.toTick ?? 0;
  const accounts = new Set<string>();
  const pieces: Buffer[] = [];
  const rest = openSlices();
  let text = "";
  // Compressed files one after the other are one compressed file: RFC 1952, section 2.2.
  const flush = async () => {
    pieces.push(await compress(text));
    text = "";
  };
  for (const line of linesOfRing(ring, new Map([[toTick, hash]]), room.build)) {
    if ("mark" in line) for (const { sheet } of line.mark.players) accounts.add(sheet.accountId);
    if ("t" in line)
      for (const happening of line.e ?? []) if (happening[0] === "join") accounts.add(happening[2].accountId);
    text += `${JSON.stringify(line)}\n`;
    if (text.length > PIECE_CHARS) await flush();
    await rest();
  }
  await flush();
  return {
    ...why,
    roomId: room.roomId,
    game,
    fromTick: segments[0]?.fromTick ?? 0,
    toTick,
    from: new Date(segments[0]?.atMs ?? endedMs),
    to: new Date(endedMs),
    accounts: [...accounts],
    gzip: Buffer.concat(pieces),
  };
}
