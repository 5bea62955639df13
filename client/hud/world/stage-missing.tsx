/** Instead of a world: why the browser cannot draw it. */
export function StageMissing() {
  return (
    <main class="card door">
      <h1>This browser cannot draw the world</h1>
      <p>
        The page needs WebGL 2, which this browser could not start. Switch on hardware acceleration in its
        settings, or use another browser.
      </p>
    </main>
  );
}
