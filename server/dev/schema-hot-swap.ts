import { type Schema, TypeContext } from "@colyseus/schema";

type Children = Map<typeof Schema, Set<typeof Schema>>;

/**
 * Lets the state classes of an edited project take the places of those they replace.
 *
 * Colyseus numbers the classes of a state in the order in which they were defined, and never forgets one. A
 * class that is loaded anew would get a number of its own and shift those behind it, and clients that stayed
 * connected would read an avatar as a crate.
 *
 * @param load loads the project
 */
export async function swapSchemaClasses<T>(load: () => Promise<T>): Promise<T> {
  const before: Children = new Map();
  for (const [parent, children] of TypeContext.inheritedTypes) before.set(parent, new Set(children));
  try {
    return await load();
  } finally {
    for (const [parent, children] of TypeContext.inheritedTypes) {
      const former = before.get(parent);
      if (former) takePlaces(former, children);
    }
    // Else a state class that was not loaded anew, such as a plain `WorldState`, would know the replaced ones
    // alone.
    TypeContext.cachedContexts.clear();
  }
}

/** Puts each new class in the place of the first former class of the same name. */
function takePlaces(former: ReadonlySet<typeof Schema>, children: Set<typeof Schema>): void {
  const come = [...children].filter((child) => !former.has(child));
  const order = [...former].map((was) => {
    const at = come.findIndex((child) => child.name === was.name);
    return at < 0 ? was : (come.splice(at, 1)[0] ?? was);
  });
  children.clear();
  for (const child of [...order, ...come]) children.add(child);
}
