/** One subcommand: what it is for, its help, and what it does. */
export interface Command {
  readonly summary: string;
  readonly help: string;
  /** Help of what is more than one command; undefined: {@link help}. */
  helpOf?(args: readonly string[]): string | undefined;
  run(args: string[]): Promise<void>;
}
