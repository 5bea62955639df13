import { readPageBuild } from "../network/page-build.ts";

/** Errors that a page tells of while it is open: after that something is thoroughly wrong. */
const MOST = 10;
/** Characters of a stack. */
const STACK_MAX = 8_000;

const told = new Set<string>();

/** Tells the server of an error, each once. */
export function sendError(event: ErrorEvent | PromiseRejectionEvent): void {
  if ("reason" in event) tell(event.reason, textOf(event.reason, "unhandled rejection"));
  // Without an error it is a warning of the browser, or of a script of another site, which hides it.
  else if (event.error !== null && event.error !== undefined)
    tell(event.error, textOf(event.error, event.message));
}

function tell(error: unknown, message: string): void {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const key = `${message}\n${stack}`;
  if (told.size >= MOST || told.has(key)) return;
  told.add(key);
  const body = {
    message,
    stack: stack.slice(0, STACK_MAX),
    page: location.pathname,
    build: readPageBuild().build,
  };
  fetch("/v1/client-errors", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    // Also while the page is left.
    keepalive: true,
  }).catch(() => {}); // offline: that is told otherwise
}

const textOf = (error: unknown, otherwise: string) =>
  error instanceof Error ? `${error.name}: ${error.message}` : otherwise;
