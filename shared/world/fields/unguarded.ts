let isLoading = false;

/** False while what was stored is written. */
export const isGuarding = (): boolean => !isLoading;

/**
 * Writes what was stored as it is: an earlier version may have let it in, and a save that is refused helps
 * nobody.
 */
export function withoutGuards(write: () => void): void {
  const outer = isLoading;
  isLoading = true;
  try {
    write();
  } finally {
    isLoading = outer;
  }
}
