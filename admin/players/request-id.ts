/** A new id of a request. `crypto.randomUUID` is there on https alone. */
export function newRequest(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `desk-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
