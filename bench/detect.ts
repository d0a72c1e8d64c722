import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { THRESHOLD_HU } from '../src/detection/detect.js';
import { BRIGHT_HU } from '../src/detection/findBlobs.js';
import { lungInterior } from '../src/detection/lungInterior.js';
import { writeMetaImage } from '../src/volumes/metaImage/metaImageWriter.js';
import type { Vector3, Volume } from '../src/volumes/voxels/volume.js';
import { detectPhantom, PHANTOM, PHANTOM_BYTES } from './detectPhantom.js';
import type { DetectAnswer } from './detectWorker.js';
import { type Peer, startOwn, startPeer } from './peer.js';
import { type BenchReport, spread } from './report.js';

const THREADS = availableParallelism();
/** Ours: three a doubling. */
const SIGMAS_MM = Array.from({ length: 13 }, (_, level) => 0.9 * 2 ** (level / 3));

/** One way to the blobs of one scan. */
interface Program {
  readonly name: string;
  readonly peer: Peer;
  readonly question: unknown;
}

/** Nodule-like places of a scan: `detect` beside the same chain in SimpleITK, and beside scikit-image's blob_log. */
export async function benchDetect({ repetitions = 3 } = {}): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-bench-detect-'));
  const { volume, nodules } = detectPhantom();
  const peers: Peer[] = [];
  const start = async (peer: Promise<Peer>): Promise<Peer> => {
    peers.push(await peer);
    return peers.at(-1)!;
  };
  try {
    const { scan, mask, lungHu } = writeScan(folder, volume);
    const settings = settingsOf(lungHu);
    const programs: Program[] = [
      {
        name: 'voxlab detect',
        peer: await start(startOwn('detectWorker.js')),
        question: { scan, threads: THREADS },
      },
    ];
    for (const way of ['SimpleITK', 'blob_log'])
      programs.push({
        name: way === 'blob_log' ? 'scikit-image, blob_log' : 'SimpleITK, the same chain',
        peer: await start(startPeer('detectPeer.py', { ...settings, way })),
        question: { scan, mask },
      });
    const answers = programs.map((): DetectAnswer[] => []);
    for (let round = 0; round < repetitions; round++)
      for (const [i, { peer, question }] of programs.entries())
        answers[i]!.push(await peer.ask<DetectAnswer>(question));
    const found = (points: readonly Vector3[]): string => {
      const hit = nodules.filter(({ from, radiusMm }) =>
        points.some((point) => awayMm(point, from) < radiusMm),
      );
      return `${points.length} places, in them ${hit.length} of ${nodules.length} nodules`;
    };
    return report(repetitions, programs, answers, [
      ...programs.map(({ name }, i) => {
        const { peakMiB, points } = answers[i]!.at(-1)!;
        return `${name}: ${found(points)}; peak memory of the process, the scan in it, ${peakMiB.toFixed(0)} MiB`;
      }),
      `a scan of ${PHANTOM.size.join(' x ')} int16 is ${(PHANTOM_BYTES / 2 ** 20).toFixed(0)} MiB: detect takes ${((answers[0]!.at(-1)!.peakMiB * 2 ** 20) / PHANTOM_BYTES / THREADS).toFixed(2)} scans a thread (to stay below: 3)`,
      `all threads (${THREADS}) for everybody; blob_log has one. ${SIGMAS_MM.length} scales from ${SIGMAS_MM[0]} to ${SIGMAS_MM.at(-1)!.toFixed(1)} mm, at 1 mm, in the box around the lungs`,
      'the lung mask is given to the others (ours makes it in its time); none of them tells balls from tubes',
    ]);
  } finally {
    for (const peer of peers) peer.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function settingsOf(lungHu: number): Record<string, unknown> {
  return {
    ...{ threads: THREADS, sigmasMm: SIGMAS_MM, lungHu },
    ...{ lowestHu: -1000, highestHu: BRIGHT_HU, thresholdHu: THRESHOLD_HU },
  };
}

/** The scan, and our lungs in it as 0 and 1 on its grid of 1 mm. */
function writeScan(folder: string, volume: Volume): { scan: string; mask: string; lungHu: number } {
  const [scan, mask] = ['scan', 'mask'].map((name) => join(folder, `${name}.mhd`)) as [string, string];
  writeMetaImage(scan, volume);
  const { grid, size, firstVoxel, mask: ofBox, lungHu } = lungInterior(volume)!;
  const data = new Int16Array(grid.size[0] * grid.size[1] * grid.size[2]);
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++) {
      const to = ((firstVoxel[2] + z) * grid.size[1] + firstVoxel[1] + y) * grid.size[0] + firstVoxel[0];
      const row = (z * size[1] + y) * size[0];
      data.set(ofBox.subarray(row, row + size[0]), to);
    }
  writeMetaImage(mask, { ...grid, data });
  return { scan, mask, lungHu };
}

function awayMm(a: Vector3, b: Vector3): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function report(
  repetitions: number,
  programs: readonly Program[],
  answers: readonly DetectAnswer[][],
  notes: readonly string[],
): BenchReport {
  const median = (i: number, value: (round: number) => number): number =>
    spread(
      '',
      answers[i]!.map((_, round) => value(round)),
    ).median;
  /** The median of the rounds' ratios: what else the machine does changes from one to the next. */
  const ratio = (ours: number, theirs: number): number =>
    median(ours, (round) => answers[theirs]![round]!.seconds / answers[ours]![round]!.seconds);
  return {
    name: `detect: ${PHANTOM.size.join(' x ')} of ${PHANTOM.spacingMm.join(', ')} mm -> nodule-like places`,
    unit: 's',
    higherIsBetter: false,
    repetitions,
    rows: programs.map(({ name }, i) =>
      spread(
        name,
        answers[i]!.map(({ seconds }) => seconds),
        median(i, (round) => answers[i]![round]!.cpuSeconds / answers[i]![round]!.seconds),
      ),
    ),
    ratios: [
      { of: 'SimpleITK / voxlab', ratio: ratio(0, 1), target: 1 },
      { of: 'blob_log / voxlab', ratio: ratio(0, 2), target: 5 },
      {
        of: '6 s / voxlab',
        ratio: 6 / median(0, (round) => answers[0]![round]!.seconds),
        target: 1,
      },
    ],
    machine: `${THREADS} x ${cpus()[0]?.model ?? 'unknown'}`,
    notes,
  };
}
