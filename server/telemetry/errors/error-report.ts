/** A line of the log before an error. */
export interface Breadcrumb {
  /** When it was written, ISO 8601. */
  readonly at: string;
  /** Of pino: 30 info, 40 warn, 50 error. */
  readonly level: number;
  /** The line's text. */
  readonly message: string;
  /** The fields beside it; secrets are masked. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * An error of the server, of a game's code, or of a player's page: for `onError` of `server/main`, which
 * sends it to an error tracker. See docs/observability.md.
 */
export interface ErrorReport {
  /** Hex, 32 digits: another one for each report. */
  readonly id: string;
  /** When it happened, ISO 8601. */
  readonly at: string;
  /** `server`: a process or a room in it. `page`: a player's browser. */
  readonly source: "server" | "page";
  /** Class of the error, such as TypeError. */
  readonly type: string;
  /** Text of the error. */
  readonly message: string;
  /** Stack; of a page by its source files where the build's maps are there. Empty: it has none. */
  readonly stack: string;
  /** What was under way: the line of the log. */
  readonly what: string;
  /** Name of the game; undefined: it is of no room. */
  readonly game?: string | undefined;
  /** Code of the room. */
  readonly roomId?: string | undefined;
  /** Session id of the player whose message or frame it was, where that is known. */
  readonly player?: string | undefined;
  /** Version of roomkeep. */
  readonly version: string;
  /** Build of the page: of a server the one that it serves, of a page its own. */
  readonly build: string;
  /** Id of the process; machine and port. */
  readonly process: string;
  /** How often it has happened, where it is counted: of a fault in its room, of a page's in this process. */
  readonly count: number;
  /** What came before, in the room or outside of rooms, oldest first; at most 20 lines. */
  readonly breadcrumbs: readonly Breadcrumb[];
}
