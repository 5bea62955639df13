import { MathUtils } from "three";
import { RUN_MPS } from "../../shared/index.ts";
import { EMOTES } from "../../shared/internal.ts";
import type { AvatarBody } from "./avatar-body.ts";

/** Input of the animation of a character, each frame. */
export interface MotionFacts {
  /** Ground speed, m/s, and upward speed. */
  speed: number;
  rise: number;
  grounded: boolean;
  /** 0 for none, else 1 + index into EMOTES. */
  emote: number;
  away: boolean;
  dtS: number;
  timeS: number;
  /** Less movement: no bob, no squash, no dance. */
  calm: boolean;
}

/** Animates one character: a bobbing walk, a squash on landing, blinking eyes, emotes. */
export interface Motion {
  /** @returns true in the frame in which a foot comes down */
  animate(facts: MotionFacts): boolean;
}

/** Makes the {@link Motion} of a body. `offset` shifts it, so that two characters do not move in step. */
export function setInMotion(body: AvatarBody, offset: number): Motion {
  let stride = offset;
  let gait = 0;
  let squash = 0;
  let squashSpeed = 0;
  let wasGrounded = true;
  let lean = 0;
  return {
    animate(facts) {
      const { dtS, timeS, speed, calm } = facts;
      const ease = 1 - Math.exp(-dtS * 12);
      gait += ((facts.grounded ? Math.min(1, speed / 2.6) : 0.25) - gait) * ease;
      const before = Math.floor(stride / Math.PI);
      stride += dtS * (speed < 0.15 ? 0 : 5.5 + speed * 1.35);
      const stepped = facts.grounded && speed > 0.6 && Math.floor(stride / Math.PI) !== before;

      // Squash and stretch are a damped spring that a landing pushes.
      if (facts.grounded && !wasGrounded) squashSpeed -= 5;
      if (!facts.grounded && wasGrounded) squashSpeed += 3.2;
      wasGrounded = facts.grounded;
      squashSpeed += (-260 * squash - 17 * squashSpeed) * Math.min(dtS, 0.03);
      squash = MathUtils.clamp(squash + squashSpeed * Math.min(dtS, 0.03), -0.28, 0.24);
      lean += ((facts.grounded ? (speed / RUN_MPS) * 0.2 : 0.08) - lean) * ease;

      pose(body, { stride, gait, lean, squash: calm ? 0 : squash, timeS: timeS + offset, facts });
      blink(body, timeS + offset * 3, facts.emote);
      return stepped;
    },
  };
}

interface Pose {
  stride: number;
  gait: number;
  lean: number;
  squash: number;
  timeS: number;
  facts: MotionFacts;
}

function pose({ torso, feet, hands, rest }: AvatarBody, { stride, gait, lean, squash, timeS, facts }: Pose) {
  const calm = facts.calm ? 0 : 1;
  const swing = Math.sin(stride);
  const breath = Math.sin(timeS * 2.1) * 0.012 * (1 - gait) * calm;
  const bob = Math.abs(Math.cos(stride)) * 0.075 * gait * calm;
  torso.position.set(0, bob + breath, 0);
  torso.rotation.set(lean, 0, swing * 0.06 * gait * calm);
  torso.scale.set(1 - squash * 0.5, 1 + squash + breath, 1 - squash * 0.5);
  for (const [i, foot] of feet.entries()) {
    const side = i ? 1 : -1;
    const phase = swing * side;
    const lift = facts.grounded ? Math.max(0, Math.cos(stride) * side) * 0.16 * gait : 0.07;
    foot.position.set(side * 0.17, 0.09 + lift, phase * 0.24 * gait + 0.03);
    foot.rotation.x = facts.grounded ? -lift * 2 : 0.5;
  }
  for (const [i, hand] of hands.entries()) {
    const side = i ? 1 : -1;
    const raise = facts.grounded ? 0 : 0.28;
    hand.position.set(side * rest.x, rest.y + raise, -swing * side * 0.26 * gait + 0.04);
  }
  if (facts.emote) gesture(torso, hands, rest, EMOTES[facts.emote - 1], timeS, calm);
}

function gesture(
  torso: AvatarBody["torso"],
  hands: AvatarBody["hands"],
  rest: AvatarBody["rest"],
  emote: (typeof EMOTES)[number] | undefined,
  timeS: number,
  calm: number,
) {
  const [left, right] = hands;
  if (emote === "wave") {
    right.position.set(rest.x + 0.06 + Math.sin(timeS * 11) * 0.12 * calm, rest.y + 0.62, 0.1);
    torso.rotation.z += Math.sin(timeS * 5.5) * 0.05 * calm;
  } else if (emote === "heart" || emote === "wow") {
    const out = emote === "wow" ? 0 : -rest.x + 0.1;
    left.position.set(-rest.x - out, rest.y + 0.2, emote === "wow" ? 0.1 : 0.48);
    right.position.set(rest.x + out, rest.y + 0.2, emote === "wow" ? 0.1 : 0.48);
    torso.scale.y *= 1 + Math.sin(timeS * 8) * 0.025 * calm;
  } else if (emote === "laugh") {
    torso.rotation.x -= 0.16 + Math.sin(timeS * 16) * 0.06 * calm;
    torso.position.y += Math.abs(Math.sin(timeS * 13)) * 0.06 * calm;
  } else if (emote === "dance") {
    torso.rotation.y = Math.sin(timeS * 4) * 0.9 * calm;
    torso.rotation.z += Math.sin(timeS * 8) * 0.16 * calm;
    torso.position.y += Math.abs(Math.sin(timeS * 8)) * 0.16 * calm;
    left.position.y = rest.y + 0.3 + Math.sin(timeS * 8) * 0.3 * calm;
    right.position.y = rest.y + 0.3 - Math.sin(timeS * 8) * 0.3 * calm;
  } else if (emote === "sleep") {
    torso.rotation.z += 0.22;
    torso.scale.y *= 1 + Math.sin(timeS * 1.6) * 0.03 * calm;
  }
}

function blink(body: AvatarBody, timeS: number, emote: number) {
  const phase = timeS % 3.7;
  const shut = phase < 0.12 || EMOTES[emote - 1] === "sleep" || EMOTES[emote - 1] === "laugh";
  body.eyes.scale.y = shut ? 0.12 : EMOTES[emote - 1] === "wow" ? 1.25 : 1;
}
