import { RoomkeepError } from "../../../shared/index.ts";
import type { Mark, RecordLine } from "../recorder.ts";
import type { KeptRing, RingSegment } from "./ring-recorder.ts";
import { readTickNotes, type TickLine, TickNotes } from "./tick-notes.ts";

/** The snapshot with which a segment begins. */
export function markOfSegment({ mark }: RingSegment): Mark {
  return JSON.parse(Buffer.from(mark.buffer, mark.byteOffset, mark.byteLength).toString()) as Mark;
}

/** The ticks of a segment. */
export const ticksOfSegment = ({ notes, fromTick }: RingSegment): Generator<TickLine> =>
  readTickNotes(notes, fromTick);

/**
 * What a room has kept, as the lines of a recording.
 *
 * @param hashes hashes of the room by tick, which a re-run compares
 * @param build of the page of the process: the game's code was of the same deploy
 */
export function* linesOfRing(
  ring: KeptRing,
  hashes: ReadonlyMap<number, string>,
  build = "",
): Generator<RecordLine> {
  const { game, seed, tickHz, segments } = ring;
  yield { v: 1, game, seed, tickHz, node: process.versions.node, ...(build && { build }) };
  for (const segment of segments) {
    yield { mark: markOfSegment(segment) };
    for (const line of ticksOfSegment(segment)) {
      const h = hashes.get(line.t);
      yield h === undefined ? line : { ...line, h };
    }
  }
  yield { end: "stopped" };
}

/** A recording in the form in which rooms keep their last seconds. */
export interface ReadRecording {
  readonly ring: KeptRing;
  /** Hash of the room at the last tick, if it is in the recording. */
  readonly endHash: string | undefined;
  /** What it was recorded with. */
  readonly node: string | undefined;
  readonly build: string | undefined;
}

/**
 * Reads the lines of a recording, which may be incomplete at their end.
 *
 * @param endedMs when its last tick was, ms since 1970
 * @throws SNAPSHOT_CORRUPT they are none
 */
export function readRecording(lines: Iterable<string>, endedMs: number): ReadRecording {
  const segments: { mark: Mark; notes: TickNotes }[] = [];
  let head: Extract<RecordLine, { v: 1 }> | undefined;
  let endHash: string | undefined;
  for (const line of lines) {
    if (line === "") continue;
    const record = parsed(line);
    if ("v" in record) head = record;
    else if ("mark" in record) segments.push({ mark: record.mark, notes: new TickNotes(record.mark.tick) });
    else if ("t" in record) {
      noteLine(segments.at(-1)?.notes, record);
      endHash = record.h;
    }
  }
  if (!head || segments.length === 0)
    throw new RoomkeepError("SNAPSHOT_CORRUPT", "This is no recording of a room.");
  const { game, seed, tickHz, node, build } = head;
  const ring: KeptRing = {
    game,
    seed,
    tickHz,
    endedMs,
    segments: segments.map(({ mark, notes }) => ({
      fromTick: mark.tick,
      toTick: notes.tick,
      atMs: endedMs - ((segments.at(-1)?.notes.tick ?? 0) - mark.tick) * (1000 / tickHz),
      mark: Buffer.from(JSON.stringify(mark)),
      notes: notes.copy(),
    })),
  };
  return { ring, endHash, node, build };
}

function parsed(line: string): RecordLine {
  try {
    return JSON.parse(line) as RecordLine;
  } catch (cause) {
    throw new RoomkeepError("SNAPSHOT_CORRUPT", "A line of the recording is damaged.", { cause });
  }
}

function noteLine(notes: TickNotes | undefined, { t, e = [], i = [], s = [], h }: TickLine): void {
  if (!notes) return;
  for (const happening of e) notes.happened(happening);
  for (const [id, moveX, moveZ, buttons] of i) notes.input(id, { moveX, moveZ, buttons });
  for (const pose of s) notes.pose(pose);
  notes.endTick(t, h);
}
