/** PostgreSQL's or the socket's code of an error; empty: none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** What lies at the bottom of an error, for people: what lies above only says that something did not work. */
export function innermostOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A name of several addresses fails at each of them.
  const first = error instanceof AggregateError ? error.errors[0] : undefined;
  const below = error.cause ?? first;
  if (below !== undefined) return innermostOf(below);
  const code = codeOf(error);
  const text = error.message || error.name;
  return code === "" || text.includes(code) ? text : `${text} (${code})`;
}
