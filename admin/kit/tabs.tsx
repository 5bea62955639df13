import { linkTo, type Route } from "./route.ts";

/** Links to the parts of a page; the first is the one without a word in the address. */
export function Tabs({
  route,
  tabs,
  label,
}: {
  route: Route;
  tabs: readonly (readonly [id: string, text: string])[];
  label: string;
}) {
  const shown = tabOf(route, tabs);
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(([id, text], index) => (
        <a
          key={id}
          href={linkTo(route.parts, { tab: index === 0 ? undefined : id })}
          aria-current={id === shown ? "page" : undefined}
        >
          {text}
        </a>
      ))}
    </nav>
  );
}

/** The tab that an address names, or the first. */
export function tabOf(route: Route, tabs: readonly (readonly [id: string, text: string])[]): string {
  const wanted = route.query.tab;
  return tabs.some(([id]) => id === wanted) && wanted ? wanted : (tabs[0]?.[0] ?? "");
}
