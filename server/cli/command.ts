/** One subcommand of `roomkeep`: its line in the list of commands, its help, and its work. */
export interface Command {
  readonly summary: string;
  readonly help: string;
  /** Help that depends on the arguments, of a command with subcommands; undefined: {@link help}. */
  helpOf?(args: readonly string[]): string | undefined | Promise<string | undefined>;
  run(args: string[]): Promise<void>;
}
