/** The cookie that holds the token of a session at the desk. */
export const SESSION_COOKIE = "roomkeep_desk";
/** The header that each write of the desk's page carries. */
export const CSRF_HEADER = "x-roomkeep-csrf";
const TOKEN = /^[\w-]{20,128}$/;

/** The token in a request's cookies; undefined: there is none, or something else. */
export function readCookie(headers: Headers): string | undefined {
  for (const pair of (headers.get("cookie") ?? "").split(";")) {
    const [name, value = ""] = pair.trim().split("=");
    if (name === SESSION_COOKIE && TOKEN.test(value)) return value;
  }
  return undefined;
}

/**
 * `Set-Cookie` of a session. No script reads it, and no other site's page sends it.
 *
 * @param token undefined: the browser forgets it
 */
export function cookieOf(token: string | undefined, headers: Headers): string {
  const secure = headers.get("x-forwarded-proto") === "https" ? "; Secure" : "";
  const rest = token === undefined ? "; Max-Age=0" : "";
  return `${SESSION_COOKIE}=${token ?? ""}; Path=/; HttpOnly; SameSite=Strict${secure}${rest}`;
}

/**
 * True for a request of another site's page. Programs send no Origin. The port counts, because cookies do not
 * tell ports apart.
 */
export function isForeignOrigin(headers: Headers): boolean {
  const origin = headers.get("origin");
  if (origin === null) return false;
  if (!URL.canParse(origin)) return true;
  const { protocol, host } = new URL(origin);
  const asked = `${protocol}//${headers.get("host")}`;
  return !/^https?:$/.test(protocol) || !URL.canParse(asked) || new URL(asked).host !== host;
}
