import { given } from '../given.js';
import { middleVoxel, voxelToWorld } from '../volumes/voxels/geometry.js';
import type { Vector3, Volume } from '../volumes/voxels/volume.js';
import { escaped } from './drawing/markup.js';
import { listMarkup, researchPage } from './drawing/pagePolicy.js';
import type { WindowHu } from './drawing/picture.js';
import { sideBySide } from './drawing/sideBySide.js';
import { patchMontage } from './slices/patchMontage.js';
import { threePlanes } from './slices/threePlanes.js';

/** A patch and what speaks for a nodule in it. */
export interface ExplainedPatch {
  /** `row 3: nodules, probability 0.93`. */
  readonly title: string;
  /** 1 nodule, 0 not. */
  readonly class: number;
  /** HU, on the map's voxels. */
  readonly patchHu: Int16Array;
  /** 0 to 1. */
  readonly map: Volume;
  /** Where the planes go through; default: the middle. */
  readonly peakVoxel: Vector3 | undefined;
  /** What was done, and what the map's 1 stands for. */
  readonly lines: readonly string[];
}

export interface ExplanationPage {
  readonly title: string;
  readonly patches: readonly ExplainedPatch[];
  /** What the reader should know of the network, a line each. */
  readonly lines: readonly string[];
  readonly window?: WindowHu;
}

/** Each plane of a patch is so wide, in pixels of the picture. */
const PLANE = 170;
const WIDTH = 1200;

/** One page for people, without scripts: three planes of each patch through the map's peak, as they are and with the map over them. Complete in one file. */
export function explanationPage({ title, patches, lines, window }: ExplanationPage): string {
  const seen = given({ window });
  const montage = patches.length > 1 ? `<figure>${montageOf(patches, seen).svg()}</figure>` : '';
  const sections = patches.map(
    (patch) => `<h2>${escaped(patch.title)}</h2>
<figure>${planesOf(patch, seen)}</figure>
${listMarkup(patch.lines)}`,
  );
  return researchPage({
    ...{ title, lines, body: [montage, ...sections].join('\n') },
    caution: ' A map says what moved this network, not what is there.',
  });
}

type Seen = Pick<ExplanationPage, 'window'>;

/** Through the middle slice, where the candidate lies. */
function montageOf(patches: readonly ExplainedPatch[], seen: Seen) {
  const [dim, , slices] = patches[0]!.map.size;
  return patchMontage(
    'all patches, middle slices',
    patches.map(({ patchHu, class: label, title, map }) => ({
      ...{ dataHu: patchHu, class: label, overlay: { volume: map } },
      caption: title.replace(/:.*/s, ''),
    })),
    { dim, slices },
    seen,
  );
}

function planesOf({ patchHu, map, peakVoxel, title }: ExplainedPatch, seen: Seen): string {
  const volume: Volume = { ...map, data: patchHu };
  const through = voxelToWorld(volume, peakVoxel ?? middleVoxel(map.size));
  const longestMm = Math.max(...map.size.map((length, axis) => length * map.spacingMm[axis]!));
  const options = { ...seen, oriented: false, pixelsPerMm: PLANE / longestMm };
  const plain = threePlanes(volume, through, { ...options, title: 'the patch' });
  const mapped = threePlanes(volume, through, {
    ...{ ...options, title: 'the redder, the more it speaks for a nodule', overlay: { volume: map } },
  });
  return sideBySide(title, [plain.svg(), mapped.svg()], WIDTH).svg();
}
