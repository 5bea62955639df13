/**
 * Who writes a component: the room's own code, the player whose avatar it is on, a moderator or admin, or a
 * script that the room runs.
 */
export type Writer = "room" | "owner" | "moderator" | "script";
