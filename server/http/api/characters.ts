import type { DataSource } from "typeorm";
import { z } from "zod";
import { RoomkeepError } from "../../../shared/index.ts";
import {
  chooseCharacter,
  createCharacter,
  deleteCharacter,
  listCharacters,
  type OwnCharacter,
  restoreCharacter,
} from "../../accounts/account-characters.ts";
import { changeAppearance } from "../../accounts/appearance.ts";
import type { Auth } from "../../accounts/auth.ts";
import { giveTicket, type TicketScope } from "../../accounts/join-tickets.ts";
import type { NameRules } from "../../accounts/name-rules.ts";
import { refuseLeaving } from "../../accounts/privacy/deletion-grace.ts";
import { addressKey, type RateLimit } from "../../accounts/rate-limit.ts";
import type { Seats } from "../../matchmaking/seat-reservations.ts";
import { refuseBanned } from "../../moderation/ban.ts";
import { endpoint } from "./answer.ts";
import * as shapes from "./shapes.ts";

const target = z.object({
  game: z.string().min(1).max(64).optional().meta({ description: "any room of this game; or" }),
  roomId: z.string().min(1).max(64).optional().meta({ description: "this one room" }),
  characterId: z.uuid().optional().meta({ description: "the chosen one when absent" }),
  as: z
    .enum(["screen", "spectator"])
    .optional()
    .meta({ description: "of a client without a seat; a player when absent" }),
});

/** Dependencies of {@link characterEndpoints}. */
export interface CharacterParts {
  readonly ds: DataSource;
  readonly auth: Auth;
  /** Limits of tickets: for an account, and for all accounts of an address together. */
  readonly tickets: { readonly ofAccount: RateLimit; readonly ofAddress: RateLimit };
  readonly seats: Pick<Seats, "free">;
  /** True: a join would be refused. */
  isRedisAway(): boolean;
  /** Characters an account may have now. */
  max(): number;
  /** Which names players may take. */
  readonly names: NameRules;
  /** How a banned player may object; empty. */
  readonly appeal: string;
}

/** The characters of an account, and tickets to join with. */
export function characterEndpoints(parts: CharacterParts) {
  const { ds, auth, tickets, seats, isRedisAway, max, names, appeal } = parts;
  const own = async (token: string | undefined, params: Record<string, string>) => {
    const { accountId, role } = await auth.current(token);
    const id = z.uuid().safeParse(params.id);
    if (!id.success) throw new RoomkeepError("CHARACTER_MISSING");
    return { accountId, role, id: id.data };
  };
  return {
    listCharacters: endpoint({
      method: "GET",
      path: "/v1/characters",
      summary: "The account's characters: the chosen one first, those deleted last",
      signedIn: true,
      result: z.object({ max: z.int(), characters: z.array(shapes.ownCharacter) }),
      async answer({ token }) {
        const { accountId } = await auth.caller(token);
        return { max: max(), characters: (await listCharacters(ds, accountId)).map(shown) };
      },
    }),
    createCharacter: endpoint({
      method: "POST",
      path: "/v1/characters",
      summary: "Make a character and choose it",
      signedIn: true,
      body: shapes.looks,
      invalid: "NAME_INVALID",
      codes: ["NAME_REFUSED", "LOOKS_INVALID", "CHARACTERS_FULL"],
      status: 201,
      result: z.object({ character: shapes.ownCharacter }),
      async answer({ token, body }) {
        const { accountId, role } = await auth.current(token);
        names.check(body.name, role);
        return { character: shown(await createCharacter(ds, accountId, body, max())) };
      },
    }),
    changeCharacter: endpoint({
      method: "PATCH",
      path: "/v1/characters/:id",
      summary: "Change a character's name and looks",
      signedIn: true,
      body: shapes.looks,
      invalid: "NAME_INVALID",
      codes: ["NAME_REFUSED", "LOOKS_INVALID", "CHARACTER_MISSING"],
      result: z.object({ character: shapes.character }),
      async answer({ token, params, body }) {
        const { accountId, role, id } = await own(token, params);
        names.check(body.name, role);
        const changed = await changeAppearance(ds.manager, { accountId, characterId: id }, body);
        return { character: { id, ...changed } };
      },
    }),
    chooseCharacter: endpoint({
      method: "POST",
      path: "/v1/characters/:id/choose",
      summary: "Choose the character that plays",
      signedIn: true,
      codes: ["CHARACTER_MISSING"],
      status: 204,
      result: shapes.nothing,
      async answer({ token, params }) {
        const { accountId, id } = await own(token, params);
        await chooseCharacter(ds.manager, accountId, id);
        return null;
      },
    }),
    deleteCharacter: endpoint({
      method: "DELETE",
      path: "/v1/characters/:id",
      summary: "Delete a character that is in no room; it may be restored for seven days",
      signedIn: true,
      codes: ["CHARACTER_MISSING", "CHARACTER_LIVE"],
      status: 204,
      result: shapes.nothing,
      async answer({ token, params }) {
        const { accountId, id } = await own(token, params);
        await deleteCharacter(ds.manager, accountId, id);
        return null;
      },
    }),
    restoreCharacter: endpoint({
      method: "POST",
      path: "/v1/characters/:id/restore",
      summary: "Undo a deletion",
      signedIn: true,
      codes: ["CHARACTER_MISSING", "CHARACTERS_FULL"],
      status: 204,
      result: shapes.nothing,
      async answer({ token, params }) {
        const { accountId, id } = await own(token, params);
        await restoreCharacter(ds, accountId, id, max());
        return null;
      },
    }),
    giveTicket: endpoint({
      method: "POST",
      path: "/v1/tickets",
      summary: "A ticket for one join within 30 s: to any room of a game, or to one room",
      signedIn: true,
      body: target,
      codes: ["CHARACTER_MISSING", "BANNED", "ACCOUNT_LEAVING", "REDIS_UNAVAILABLE"],
      status: 201,
      result: z.object({ ticket: z.string(), characterId: z.uuid() }),
      async answer({ token, address, body: { game, roomId, characterId, as } }) {
        if (isRedisAway()) throw new RoomkeepError("REDIS_UNAVAILABLE");
        await tickets.ofAddress.spend(addressKey(address));
        const caller = await auth.current(token);
        await tickets.ofAccount.spend(caller.accountId);
        await refuseLeaving(ds, caller.accountId);
        const given = await giveTicket(ds, caller, scopeOf(game, roomId), characterId);
        const { accountId } = caller;
        await refuseBanned(ds, { accountId, characterId: given.characterId, address }, appeal);
        // A new ticket frees the seat that waits for the character, which may be the last one of the room.
        if (!as) await seats.free(given.characterId, roomId);
        return given;
      },
    }),
  };
}

function scopeOf(game: string | undefined, roomId: string | undefined): TicketScope {
  if (game !== undefined && roomId === undefined) return { game };
  if (roomId !== undefined && game === undefined) return { roomId };
  throw new RoomkeepError("MESSAGE_INVALID", "A ticket is for a game or for a room: name one of them.");
}

function shown(character: OwnCharacter) {
  return { ...character, deletedAt: character.deletedAt?.toISOString() ?? null };
}
