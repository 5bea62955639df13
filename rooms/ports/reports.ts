import type { REPORT_REASONS } from "../../shared/internal.ts";

/** A line of chat, as a report has it. */
export interface ReportedLine {
  /** ISO time. */
  readonly at: string;
  /** Character id of the writer. */
  readonly character: string;
  readonly name: string;
  readonly text: string;
  /** Undefined: for all in the room. */
  readonly channel?: "whisper" | "party.say";
}

/** Somebody who reports or is reported. */
export interface ReportedPerson {
  readonly accountId: string;
  readonly characterId: string;
  readonly name: string;
}

/** A report as its room hands it over. */
export interface PlayerReport {
  /** Name of the game, and id of the room. */
  readonly game: string;
  readonly roomId: string;
  readonly reporter: ReportedPerson;
  readonly reported: ReportedPerson;
  readonly reason: (typeof REPORT_REASONS)[number];
  readonly text: string;
  /** The last lines that the reporter could read, oldest first. */
  readonly chat: readonly ReportedLine[];
}

/** Where reports go. */
export interface ReportPort {
  /**
   * Writes a report down, and keeps the minute before it where the room has one.
   * @throws DATABASE_UNAVAILABLE it is not written
   */
  file(report: PlayerReport): Promise<void>;
}
