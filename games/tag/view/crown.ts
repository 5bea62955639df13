import {
  ConeGeometry,
  CylinderGeometry,
  Group,
  Mesh,
  MeshBasicMaterial,
  OctahedronGeometry,
  TorusGeometry,
} from "three";

const SPIKES = 7;

/** The mark of *it*: a spiked crown, which its outline shows even to colour-blind players. */
export interface Crown {
  readonly root: Group;
  /**
   * @param far metres from the camera: far away the crown is larger, so that it stays visible;
   *   near it is smaller, so that the own one does not cover the view
   * @param resting true in the grace time, in which *it* cannot tag: pale and low
   */
  update(timeS: number, far: number, resting: boolean, calm: boolean): void;
  dispose(): void;
}

/** Makes a {@link Crown}. */
export function makeCrown(): Crown {
  const hot = new MeshBasicMaterial({ color: "#ff3b30" });
  const dark = new MeshBasicMaterial({ color: "#3a0d18" });
  const pale = new MeshBasicMaterial({ color: "#ffd9a8" });
  const spike = new ConeGeometry(0.1, 0.44, 4);
  const band = new CylinderGeometry(0.36, 0.3, 0.16, SPIKES, 1, true);
  const rim = new TorusGeometry(0.35, 0.045, 5, SPIKES * 2);
  const gem = new OctahedronGeometry(0.17);
  const root = new Group();
  const turning = new Group();
  root.add(turning);
  const shell = new Mesh(band, hot);
  const edge = new Mesh(rim, dark);
  edge.rotation.x = Math.PI / 2;
  edge.position.y = 0.09;
  const stone = new Mesh(gem, hot);
  turning.add(shell, edge);
  root.add(stone);
  for (let i = 0; i < SPIKES; i++) {
    const angle = (i / SPIKES) * Math.PI * 2;
    const thorn = new Mesh(spike, i % 2 ? dark : hot);
    thorn.position.set(Math.sin(angle) * 0.36, 0.27, Math.cos(angle) * 0.36);
    thorn.rotation.set(Math.cos(angle) * 0.35, 0, -Math.sin(angle) * 0.35);
    turning.add(thorn);
  }
  hot.side = dark.side = 2; // the band is open; its inside shows too

  return {
    root,
    update(timeS, far, resting, calm) {
      const size = Math.max(0.6, far / 13) * (resting ? 0.75 : 1);
      root.scale.setScalar(size);
      shell.material = stone.material = resting ? pale : hot;
      turning.rotation.y = calm ? 0 : timeS * 1.6;
      turning.position.y = 0.42 + (calm || resting ? 0 : Math.sin(timeS * 4) * 0.06);
      stone.position.y = 0.1;
      stone.scale.set(0.7, 1.2, 0.7);
    },
    dispose() {
      root.removeFromParent();
      for (const part of [spike, band, rim, gem, hot, dark, pale]) part.dispose();
    },
  };
}
