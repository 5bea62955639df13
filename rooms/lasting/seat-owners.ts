/** The player to whom a seat belongs. */
export interface SeatOwner {
  readonly accountId: string;
  readonly characterId: string;
}

/** A seat, as far as it can be kept. */
interface OwnedSeat {
  readonly id: string;
  readonly away: boolean;
  readonly bot: boolean;
}

/** To whom the seats of a lasting match belong, by the ids of the seats. */
export class SeatOwners {
  readonly #owners = new Map<string, SeatOwner>();

  set(id: string, { accountId, characterId }: SeatOwner): void {
    this.#owners.set(id, { accountId, characterId });
  }

  ownerOf(id: string): SeatOwner | undefined {
    return this.#owners.get(id);
  }

  delete(id: string): void {
    this.#owners.delete(id);
  }

  /** The seat that waits for a player: of the character, else of another one of the account. */
  seatFor<S extends OwnedSeat>({ characterId, accountId }: SeatOwner, seats: Iterable<S>): S | undefined {
    const own = [...seats].filter(
      ({ id, away, bot }) => away && !bot && this.#owners.get(id)?.accountId === accountId,
    );
    return own.find(({ id }) => this.#owners.get(id)?.characterId === characterId) ?? own[0];
  }

  /** Whether the character has a seat, away or not. */
  has({ characterId }: SeatOwner): boolean {
    return [...this.#owners.values()].some((owner) => owner.characterId === characterId);
  }

  keep(): [string, SeatOwner][] {
    return [...this.#owners];
  }

  restore(owners: readonly [string, SeatOwner][]): void {
    this.#owners.clear();
    for (const [id, owner] of owners) this.#owners.set(id, owner);
  }
}
