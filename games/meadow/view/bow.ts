import type { ViewContext } from "roomkeep/client";
import { castRay, countInBag, layGround, type Target, type Vec, wears } from "roomkeep/shared";
import {
  ConeGeometry,
  CylinderGeometry,
  Group,
  Mesh,
  MeshBasicMaterial,
  Raycaster,
  Vector2,
  Vector3,
} from "three";
import { Loosed } from "../events.ts";
import { meadowLevel } from "../level.ts";
import { BOW_RANGE_M, bowOf, DRAW_S, LONGBOW_DRAW_S, targetOf } from "../rules.ts";
import type { Hero, MeadowState } from "../state.ts";

/** Speed of a drawn arrow, m/s. The hit is decided at once; the flight is only drawn. */
const ARROW_MPS = 70;
/** Height of the crosshair above the middle of the screen, which is 1 high: it is above the own head. */
const AIM_UP = 0.28;
/** How long an arrow sticks, seconds. */
const STICK_S = 2.5;
/** Seconds to wait for the event of a shot that the room has accepted. */
const FORGET_S = 5;

/** The own bow: aims, shows the arrow at once, and sends the shot. */
export interface Bow {
  /** Shoots at a point of the screen, −1…1 each; without one at the middle. */
  shoot(x?: number, y?: number): void;
  /** Arrows in the bag, less the shots that the room has not answered yet. */
  arrows(): number;
  dispose(): void;
}

interface Flight {
  readonly arrow: Group;
  readonly from: Vec;
  to: Vec;
  ageS: number;
  /** An own shot whose event has not come. */
  pending: boolean;
}

/** Opens the bow and shows the arrows of all players. */
export function openBow(context: ViewContext<MeadowState>): Bow {
  const { room, stage, actors, me, onFrame, onEvent, predict, debugRay } = context;
  const ground = layGround(meadowLevel);
  const quiver = makeArrows();
  const flights: Flight[] = [];
  const ray = new Raycaster();
  const way = new Vector3();
  const hero = () => room.state.actors?.get(room.sessionId) as Hero | undefined;
  let drawnAt = -1;
  let now = 0;

  const fly = (from: Vec, to: Vec, pending: boolean): Flight => {
    const flight = { arrow: quiver.make(), from, to, ageS: 0, pending };
    stage.scene.add(flight.arrow);
    flights.push(flight);
    return flight;
  };
  const end = (flight: Flight) => {
    flight.arrow.removeFromParent();
    const at = flights.indexOf(flight);
    if (at >= 0) flights.splice(at, 1);
  };
  /** Animals where they are drawn: the player aims at what the screen shows. */
  function* targets(): Iterable<Target> {
    for (const { id, kind, x, y, z } of actors.list()) {
      const target = targetOf(id, { kind }, { x, y, z });
      if (target) yield target;
    }
  }

  onEvent(Loosed, ({ payload, own }) => {
    const [from, to] = [payload.from, payload.to].map(([x, y, z]): Vec => ({ x, y, z }));
    if (!from || !to) return;
    // Events come in the order of the shots; refused shots are removed already.
    const shown = own ? flights.find(({ pending }) => pending) : undefined;
    if (shown) Object.assign(shown, { to, pending: false });
    else fly(from, to, false);
  });
  onFrame((dtS, time) => {
    now = time;
    for (const flight of [...flights]) {
      flight.ageS += dtS;
      if (flight.ageS > (flight.pending ? FORGET_S : STICK_S)) end(flight);
      else place(flight);
    }
  });

  return {
    arrows() {
      const inBag = hero()?.items ? countInBag(hero() as Hero, "arrow") : 0;
      return Math.max(0, inBag - flights.filter(({ pending }) => pending).length);
    },
    shoot(x = 0, y = AIM_UP) {
      const at = me();
      const archer = hero();
      const drawS = archer?.worn && wears(archer, "longbow") ? LONGBOW_DRAW_S : DRAW_S;
      if (!at || archer?.dead || now - drawnAt < drawS * 1000 || !(this.arrows() >= 1)) return;
      drawnAt = now;
      // The camera looks over the shoulder: the arrow goes where its ray ends, not along it.
      ray.setFromCamera(new Vector2(x, y), stage.camera);
      const { origin, direction } = ray.ray;
      const reach = BOW_RANGE_M + origin.distanceTo(new Vector3(at.x, at.y, at.z));
      const seen = castRay(ground, beyond(origin, direction, at), direction, reach, { targets: targets() });
      const aim = seen ?? origin.clone().addScaledVector(direction, reach);
      const from = bowOf(at);
      way.set(aim.x - from.x, aim.y - from.y, aim.z - from.z).normalize();
      const hit = castRay(ground, from, way, BOW_RANGE_M, { targets: targets() });
      const to = hit ?? {
        x: from.x + way.x * BOW_RANGE_M,
        y: from.y + way.y * BOW_RANGE_M,
        z: from.z + way.z * BOW_RANGE_M,
      };
      const aimed = { yaw: Math.atan2(way.x, way.z), pitch: Math.asin(way.y) };
      void predict("shoot", aimed, () => {
        const flight = fly(from, to, true);
        return { undo: () => end(flight) };
      });
      debugRay(from, to);
    },
    dispose() {
      for (const flight of [...flights]) end(flight);
      quiver.dispose();
    },
  };
}

/** The camera's ray from where it passes the player: nothing behind the player can be hit. */
function beyond(origin: Vector3, direction: Vector3, at: Vec): Vector3 {
  const along =
    (at.x - origin.x) * direction.x + (at.y + 1 - origin.y) * direction.y + (at.z - origin.z) * direction.z;
  return origin.clone().addScaledVector(direction, Math.max(0, along));
}

function place({ arrow, from, to, ageS }: Flight): void {
  const far = Math.hypot(to.x - from.x, to.y - from.y, to.z - from.z) || 1;
  const share = Math.min(1, (ageS * ARROW_MPS) / far);
  arrow.position.set(
    from.x + (to.x - from.x) * share,
    from.y + (to.y - from.y) * share + Math.sin(share * Math.PI) * far * 0.012,
    from.z + (to.z - from.z) * share,
  );
  arrow.lookAt(to.x * 2 - from.x, to.y * 2 - from.y, to.z * 2 - from.z);
}

function makeArrows() {
  const shaft = new CylinderGeometry(0.022, 0.022, 0.85, 5).rotateX(Math.PI / 2);
  const tip = new ConeGeometry(0.05, 0.14, 5).rotateX(Math.PI / 2).translate(0, 0, 0.48);
  const fletch = new ConeGeometry(0.08, 0.2, 3).rotateX(-Math.PI / 2).translate(0, 0, -0.4);
  const materials = ["#a9743f", "#dfe6ea", "#ff7a59"].map((color) => new MeshBasicMaterial({ color }));
  return {
    make: () => new Group().add(...[shaft, tip, fletch].map((part, i) => new Mesh(part, materials[i]))),
    dispose() {
      for (const part of [shaft, tip, fletch, ...materials]) part.dispose();
    },
  };
}
