import type { Random } from '../random.js';
import { add } from '../volumes/voxels/vectors.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import type { ChestShape } from './chestShape.js';
import { addScaled, mix, unitOf } from './points.js';
import { type Tube, tube } from './vesselTree.js';

/** A bone: tubes whose outer `corticalMm` are dense. Cartilage has no dense shell. */
export interface Bone {
  readonly tubes: readonly Tube[];
  readonly corticalMm: number;
  readonly shellHu: number;
  readonly coreHu: number;
}

export interface Vertebra {
  readonly center: Vector3;
  /** Half axes of its body: across, front to back, height. */
  readonly halfMm: Vector3;
}

export interface Skeleton {
  readonly bones: readonly Bone[];
  readonly vertebrae: readonly Vertebra[];
  /** Points along the ribs' bony parts, for candidates at their inner edges. */
  readonly ribPoints: readonly Vector3[];
  /** Inner side of the places where a rib's bone ends in cartilage. */
  readonly junctions: readonly Vector3[];
}

/** Unit vectors from the back (0) through the side (0.25) to the front (0.5), by halving angles: no Math.sin. */
const HALF_TURN: readonly (readonly [number, number])[] = halfTurn(5);

export function createSkeleton(chest: ChestShape, random: Random): Skeleton {
  const vertebrae = createVertebrae(chest);
  const spacing = vertebraSpacing(chest);
  const ribs = [-1, 1].flatMap((side) =>
    Array.from({ length: 11 }, (_, i) => createRib(chest, side, chest.apexZ + 18 - i * spacing, i, random)),
  );
  const processes = vertebrae.map((vertebra) => vertebralArch(vertebra));
  return {
    bones: [
      ...ribs.map((rib) => rib.bone),
      ...ribs.map((rib) => rib.cartilage),
      ...processes,
      createSternum(chest),
      ...[-1, 1].flatMap((side) => [createClavicle(chest, side), createBlade(chest, side)]),
    ],
    vertebrae,
    ribPoints: ribs.flatMap((rib) => rib.points),
    junctions: ribs.flatMap((rib) => rib.junction ?? []),
  };
}

function vertebraSpacing(chest: ChestShape): number {
  return 0.112 * chest.sizes.heightMm;
}

function createVertebrae(chest: ChestShape): Vertebra[] {
  const spacing = vertebraSpacing(chest);
  return Array.from({ length: 16 }, (_, i) => {
    const z = chest.apexZ + 50 - i * spacing;
    const size = 0.85 + 0.018 * i;
    return {
      center: [0, 0.7 * chest.sizes.halfDepthMm, z],
      halfMm: [15.5 * size, 12.5 * size, 0.42 * spacing],
    };
  });
}

/** Pedicles, laminae, spinous and transverse processes. */
function vertebralArch({ center, halfMm }: Vertebra): Bone {
  const behind = halfMm[1] + 17;
  const at = (x: number, y: number, z: number): Vector3 => add(center, [x, y, z]);
  const sides = [-1, 1].flatMap((side) => [
    tube(at(side * 11, halfMm[1] - 2, 3), at(side * 11, behind - 5, 2), 3.4, 3.2),
    tube(at(side * 11, behind - 5, 2), at(0, behind + 2, -4), 3.2, 3.4),
    tube(at(side * 11, behind - 6, 2), at(side * 29, behind + 2, 4), 4, 4.4),
  ]);
  return {
    tubes: [...sides, tube(at(0, behind + 2, -4), at(0, behind + 20, -20), 3, 3.6)],
    corticalMm: 1.3,
    shellHu: 620,
    coreHu: 240,
  };
}

interface Rib {
  readonly bone: Bone;
  readonly cartilage: Bone;
  readonly points: readonly Vector3[];
  readonly junction: readonly [Vector3] | undefined;
}

/** From the spine round the side, sloping down to the front; the front end is cartilage. */
function createRib(chest: ChestShape, side: number, startZ: number, index: number, random: Random): Rib {
  const droop = (0.24 + 0.022 * index + random.between(-0.02, 0.02)) * chest.sizes.heightMm;
  const bonyShare = 0.78 - (index > 6 ? 0.07 * (index - 6) : 0);
  const line = HALF_TURN.map(([cosine, sine], i) => {
    const share = i / (HALF_TURN.length - 1);
    const z = startZ - droop * share * (1.6 - 0.6 * share);
    const towards = [side * sine, cosine] as const;
    const wall = chest.cavityWall(Math.min(z, chest.apexZ - 6), towards);
    const outward: Vector3 = [towards[0], towards[1], 0];
    return { share, inner: wall, point: addScaled([wall[0], wall[1], z], outward, 5.2) };
  }).filter(({ share }) => share > 0.09);
  const bony = line.filter(({ share }) => share <= bonyShare).map(({ point }) => point);
  const soft = line
    .filter(({ share }) => share >= bonyShare - 0.04 && share < 0.95 && index < 7)
    .map(({ point }) => point);
  return {
    bone: { tubes: flatTubes(bony, 3.3, 2.6), corticalMm: 1.2, shellHu: 760, coreHu: 230 },
    cartilage: { tubes: flatTubes(soft, 3.6, 1.5), corticalMm: 0, shellHu: 110, coreHu: 110 },
    points: bony.slice(3),
    junction: index < 7 ? [line[bony.length - 1]!.inner] : undefined,
  };
}

/** A band: two tubes side by side along z, so that a rib is taller than thick. */
function flatTubes(points: readonly Vector3[], radiusMm: number, halfGapMm: number): Tube[] {
  return points
    .slice(1)
    .flatMap((to, i) =>
      [-halfGapMm, 0, halfGapMm].map((dz) =>
        tube(add(points[i]!, [0, 0, dz]), add(to, [0, 0, dz]), radiusMm),
      ),
    );
}

function createSternum(chest: ChestShape): Bone {
  const [top, bottom] = [chest.apexZ - 32, -0.12 * chest.sizes.heightMm];
  const tubes: Tube[] = [];
  for (let z = top; z > bottom; z -= 6) {
    const y = chest.cavityWall(z, [0, -1])[1] - 6;
    const yBelow = chest.cavityWall(z - 6, [0, -1])[1] - 6;
    for (const x of [-9, -4.5, 0, 4.5, 9]) tubes.push(tube([x, y, z], [x, yBelow, z - 6], 4.6));
  }
  return { tubes, corticalMm: 1.2, shellHu: 520, coreHu: 170 };
}

function createClavicle(chest: ChestShape, side: number): Bone {
  const front = -0.82 * chest.sizes.halfDepthMm;
  const line: Vector3[] = [
    [side * 17, front + 8, chest.apexZ - 22],
    [side * 48, front + 2, chest.apexZ - 8],
    [side * 85, front + 30, chest.apexZ + 12],
    [side * 125, front + 48, chest.apexZ + 26],
  ];
  return { tubes: chain(line, 5.6), corticalMm: 1.6, shellHu: 800, coreHu: 210 };
}

/** The shoulder blade: a thin plate outside the ribs with a thick outer edge and a spine. */
function createBlade(chest: ChestShape, side: number): Bone {
  const { halfWidthMm: w, halfDepthMm: d } = chest.sizes;
  const corner = (x: number, y: number, z: number): Vector3 => [side * x * w, y * d, chest.apexZ + z];
  const [inner, outer, tip] = [corner(0.56, 1.17, -22), corner(1.13, 0.56, -26), corner(0.82, 1.06, -112)];
  const tubes: Tube[] = [
    ...chain([outer, tip], 3.6),
    ...chain([corner(0.62, 1.24, -30), corner(1.06, 1.0, -18)], 3),
  ];
  for (let i = 0; i <= 14; i++) {
    const share = i / 14;
    tubes.push(...chain([mix(inner, tip, share), mix(outer, tip, share)], 1.9));
  }
  return { tubes, corticalMm: 1.1, shellHu: 560, coreHu: 260 };
}

function chain(points: readonly Vector3[], radiusMm: number): Tube[] {
  return points.slice(1).map((to, i) => tube(points[i]!, to, radiusMm));
}

/** 2^halvings + 1 directions [cosine, sine] from angle 0 to half a turn. */
function halfTurn(halvings: number): [number, number][] {
  let directions: [number, number][] = [
    [1, 0],
    [0, 1],
    [-1, 0],
  ];
  for (let round = 1; round < halvings; round++)
    directions = directions.flatMap((direction, i) => {
      const next = directions[i + 1];
      if (next === undefined) return [direction];
      const between = unitOf([direction[0] + next[0], direction[1] + next[1], 0]);
      return [direction, [between[0], between[1]] as [number, number]];
    });
  return directions;
}
