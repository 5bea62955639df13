/**
 * Keeps an element over the keyboard of a phone, which covers the end of the page: what is typed into stands
 * there.
 *
 * @returns stops
 */
export function stayOverKeyboard(element: HTMLElement): () => void {
  const view = window.visualViewport;
  if (!view) return () => {};
  const follow = () => {
    // A pinch makes the view smaller too.
    const covered = view.scale > 1.01 ? 0 : Math.max(0, innerHeight - view.height - view.offsetTop);
    element.style.bottom = covered > 1 ? `${covered}px` : "";
  };
  view.addEventListener("resize", follow);
  view.addEventListener("scroll", follow);
  follow();
  return () => {
    view.removeEventListener("resize", follow);
    view.removeEventListener("scroll", follow);
  };
}
