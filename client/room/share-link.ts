/** The link to a room: who opens it joins. */
export function linkTo(code: string): string {
  return `${location.origin}${location.pathname}?room=${code}`;
}

/** True: nobody else can open the address that this page was opened by. */
export function isOnlyHere(): boolean {
  return /^(localhost|127\.|\[::1\])/u.test(location.hostname);
}
