import { signal } from "@preact/signals";
import { ask, connection, DeskError, type OperationName, permissionOf } from "./ask.ts";
import type { Me } from "./shapes.ts";

/** Who is signed in; null: nobody; undefined: that is not known yet. */
export const me = signal<Me | null | undefined>(undefined);
/** Why the sign-in is shown. */
export const signedOutBecause = signal("");

/** Takes the answer of a sign-in. */
export function enter(who: Me): void {
  connection.csrf = who.csrf;
  signedOutBecause.value = "";
  me.value = who;
}

/** Shows the sign-in; the address stays, so that one is where one was after it. */
export function leave(because = ""): void {
  connection.csrf = "";
  signedOutBecause.value = because;
  me.value = null;
}

/** Asks who is signed in. @throws DeskError the server cannot say */
export async function readSession(): Promise<void> {
  try {
    enter(await ask("me", {}));
  } catch (error) {
    if (!(error instanceof DeskError && error.status === 401)) throw error;
    leave();
  }
}

/** Ends the session. */
export async function signOut(because = ""): Promise<void> {
  await ask("sign-out", {}).catch(() => {}); // the session may be over by itself
  leave(because);
}

connection.onRefused = ({ code }) => {
  if (code === "SESSION_NEEDED" && me.value) leave("Your session has ended.");
  if (code === "TOTP_NEEDED" && me.value) void readSession().catch(() => leave());
};

/** True where the one who is signed in has a permission. The server asks again, whatever the page shows. */
export function can(permission: string): boolean {
  return permission === "" || hasPermission(me.value, permission);
}

/** True where the one who is signed in may ask a route. */
export function may(name: OperationName): boolean {
  return can(permissionOf(name));
}

export function hasPermission(who: Pick<Me, "permissions"> | null | undefined, permission: string): boolean {
  return who?.permissions.some((one) => one === permission) ?? false;
}
