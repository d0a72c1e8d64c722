import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { openPatchFile } from '../src/store/patchFile.js';
import { type CropScans, type DataSet, makeCropScans, SCAN, SCAN_BYTES } from './cropScans.js';
import type { CropAnswer, CropQuestion } from './cropWorker.js';
import { ROW_BYTES, writingRates } from './patchWriting.js';
import { type Peer, startOwn, startPeer } from './peer.js';
import { type BenchReport, spread } from './report.js';

const WORKERS = availableParallelism();
/** Scans a run of ours, so many that the start of its threads counts little, as with LUNA16's 888. */
const COPIES = { linear: { 170: 80, 850: 16 }, cubic: { 170: 4, 850: 4 } } as const;
const LUNA16_SCANS = 888;
type Count = keyof typeof COPIES.linear;
const WRITING_ROWS = 8192;

/** One way to the patches of a number of candidates. */
interface Program {
  readonly name: string;
  readonly run: () => Promise<Sample>;
}

interface Sample {
  readonly scansPerSecond: number;
  readonly cpuShare: number;
}

export interface CropBenchOptions {
  readonly repetitions?: number;
  /** Writes and reads a file of LUNA16's size instead. */
  readonly scale?: boolean;
}

/** Scans -> patch file, beside the 2018 project's way and SimpleITK's, with all cores for everybody. */
export async function benchCrop({
  repetitions = 3,
  scale = false,
}: CropBenchOptions = {}): Promise<BenchReport> {
  if (scale) return (await import('./cropScale.js')).benchCropScale();
  const scans = makeCropScans();
  const peer = await startPeer('simpleItkPeer.py', { threads: WORKERS });
  const [ours, oursCubic] = [await startOwn('cropWorker.js'), await startOwn('cropWorker.js')];
  try {
    const programs = ([170, 850] as const).flatMap((count) =>
      programsOf(scans, count, ours, oursCubic, peer),
    );
    const samples = await interleaved(programs, repetitions);
    const writing = await writingOf(scans.folder, repetitions);
    const differences = await differencesOf(scans, { linear: ours, cubic: oursCubic }, peer);
    const { peakMiB } = await ours.ask<CropAnswer>(question(scans, scans.dataSet(1, 170), 'linear'));
    const secondsPerScan =
      1 /
      spread(
        '',
        samples[0]!.map(({ scansPerSecond }) => scansPerSecond),
      ).median;
    return report(repetitions, programs, samples, writing, [
      `ours: crop() of ${COPIES.linear[170]} scans (850 candidates: ${COPIES.linear[850]}, cubic: ${COPIES.cubic[170]}) with ${WORKERS} threads, sha256 and HDF5 file (fsync) included; SimpleITK: ${WORKERS} threads on one scan, rows to a plain file, no hash`,
      `scans of ${SCAN.size.join(' x ')} voxels (${SCAN.spacingMm.join(', ')} mm), int16, from the page cache; patches of 32^3 at 1 mm`,
      `largest difference to SimpleITK inside the scan (170 candidates): ${differences}`,
      `peak memory of crop(), linear: ${peakMiB.toFixed(0)} MiB in all, ${((peakMiB * 2 ** 20) / WORKERS / SCAN_BYTES).toFixed(2)} scans a thread (to stay below: 3)`,
      `${LUNA16_SCANS} scans of 170 candidates: ${(secondsPerScan * LUNA16_SCANS).toFixed(0)} s (to stay below: 300 s), extrapolated from runs of ${COPIES.linear[170]} scans: one file under as many names, so read from memory, not from a disk`,
    ]);
  } finally {
    for (const each of [peer, ours, oursCubic]) each.end();
    scans.remove();
  }
}

function programsOf(scans: CropScans, count: Count, ours: Peer, oursCubic: Peer, peer: Peer): Program[] {
  const own = (name: string, from: Peer, interpolation: CropQuestion['interpolation']): Program => ({
    name: `${count}: ${name}`,
    run: async () => {
      const data = scans.dataSet(COPIES[interpolation][count], count);
      const answer = await from.ask<CropAnswer>(question(scans, data, interpolation));
      rmSync(answer.file);
      return sampleOf(answer, COPIES[interpolation][count]);
    },
  });
  const theirs = (name: string, way: string): Program => ({
    name: `${count}: ${name}`,
    run: async () => sampleOf(await askPeer(peer, scans, scans.dataSet(1, count), way), 1),
  });
  return [
    own('voxlab crop', ours, 'linear'),
    theirs('(a) the 2018 way', 'whole-bspline-hdf5'),
    theirs('(b) SimpleITK linear, whole scan', 'whole-linear'),
    theirs('(c) SimpleITK linear, each patch', 'patches-linear'),
    own('voxlab crop, cubic', oursCubic, 'cubic'),
    theirs('(d) SimpleITK B-spline, whole scan', 'whole-bspline'),
  ];
}

/** To reach: ours against theirs, by number of candidates. */
const TARGETS: readonly (readonly [ours: string, theirs: string, target?: number])[] = [
  ['170: voxlab crop', '170: (a) the 2018 way', 60],
  ['170: voxlab crop', '170: (b) SimpleITK linear, whole scan', 5],
  ['170: voxlab crop', '170: (c) SimpleITK linear, each patch', 2],
  ['850: voxlab crop', '850: (a) the 2018 way', 20],
  ['850: voxlab crop', '850: (b) SimpleITK linear, whole scan', 2],
  ['850: voxlab crop', '850: (c) SimpleITK linear, each patch'],
  ['170: voxlab crop, cubic', '170: (d) SimpleITK B-spline, whole scan', 4],
  ['850: voxlab crop, cubic', '850: (d) SimpleITK B-spline, whole scan', 4],
];

function report(
  repetitions: number,
  programs: readonly Program[],
  samples: readonly Sample[][],
  writing: Writing,
  notes: readonly string[],
): BenchReport {
  const rows = programs.map(({ name }, i) =>
    spread(
      name,
      samples[i]!.map(({ scansPerSecond }) => scansPerSecond),
      spread(
        '',
        samples[i]!.map(({ cpuShare }) => cpuShare),
      ).median,
    ),
  );
  const of = (name: string): readonly Sample[] =>
    samples[programs.findIndex((program) => program.name === name)]!;
  /** The median of the repetitions' ratios: what else the machine does changes from one to the next. */
  const ratio = (ours: string, theirs: string): number =>
    spread(
      '',
      of(ours).map(({ scansPerSecond }, i) => scansPerSecond / of(theirs)[i]!.scansPerSecond),
    ).median;
  return {
    name: 'crop: scans -> patches',
    unit: 'scans/s',
    higherIsBetter: true,
    repetitions,
    rows,
    ratios: [
      ...TARGETS.map(([ours, theirs, target]) => ({
        of: `${ours} / ${theirs}`,
        ratio: ratio(ours, theirs),
        ...(target === undefined ? {} : { target }),
      })),
      { of: 'writing patches / a plain file', ratio: writing.ratio, target: 0.8 },
    ],
    machine: cpus()[0]?.model ?? 'unknown',
    notes: [
      ...notes,
      `writing ${WRITING_ROWS} patches: ${writing.patchesMBs.toFixed(0)} MB/s (${((writing.patchesMBs * 1e6) / ROW_BYTES).toFixed(0)} rows/s), a plain file of the same blocks ${writing.plainMBs.toFixed(0)} MB/s, both with fsync`,
    ],
  };
}

async function interleaved(programs: readonly Program[], repetitions: number): Promise<Sample[][]> {
  const samples = programs.map((): Sample[] => []);
  for (let i = 0; i < repetitions; i++)
    for (const [index, { run }] of programs.entries()) samples[index]!.push(await run());
  return samples;
}

interface Writing {
  readonly patchesMBs: number;
  readonly plainMBs: number;
  readonly ratio: number;
}

/** Medians; the ratio is the median of the pairs', because the disk's speed moves between them. */
async function writingOf(folder: string, repetitions: number): Promise<Writing> {
  const pairs: { patches: number; plain: number }[] = [];
  for (let i = 0; i < repetitions; i++) pairs.push(await writingRates(folder, WRITING_ROWS));
  const median = (value: (pair: (typeof pairs)[number]) => number): number =>
    spread('', pairs.map(value)).median;
  return {
    patchesMBs: median(({ patches }) => patches) / 1e6,
    plainMBs: median(({ plain }) => plain) / 1e6,
    ratio: median(({ patches, plain }) => patches / plain),
  };
}

/** Ours against each way of SimpleITK's, by value: our first scan's rows are in the order of the table. */
async function differencesOf(
  scans: CropScans,
  ours: Readonly<Record<CropQuestion['interpolation'], Peer>>,
  peer: Peer,
): Promise<string> {
  const data = scans.dataSet(1, 170);
  const texts: string[] = [];
  for (const [interpolation, way] of [
    ['linear', 'whole-linear'],
    ['linear', 'patches-linear'],
    ['cubic', 'whole-bspline'],
  ] as const) {
    const { file, rows } = await ours[interpolation].ask<CropAnswer>(question(scans, data, interpolation));
    const mine = new Int16Array((rows * ROW_BYTES) / 2);
    const patches = await openPatchFile(file);
    await patches.readRows(
      Array.from({ length: rows }, (_, row) => row),
      mine,
    );
    patches.close();
    await askPeer(peer, scans, data, way);
    const theirs = new Int16Array(new Uint8Array(readFileSync(peerFile(scans))).buffer);
    let largest = 0;
    for (let i = 0; i < mine.length; i++) largest = Math.max(largest, Math.abs(mine[i]! - theirs[i]!));
    texts.push(`${way} ${largest} HU`);
  }
  return texts.join(', ');
}

function question(
  scans: CropScans,
  data: DataSet,
  interpolation: CropQuestion['interpolation'],
): CropQuestion {
  return { ...data, outFolder: scans.folder, interpolation, workers: WORKERS };
}

function askPeer(peer: Peer, scans: CropScans, data: DataSet, way: string) {
  return peer.ask<{ seconds: number; cpuSeconds: number }>({
    way,
    path: scans.scanPath,
    table: data.candidatesPath,
    out: peerFile(scans),
  });
}

function peerFile({ folder }: CropScans): string {
  return join(folder, 'peer');
}

function sampleOf({ seconds, cpuSeconds }: { seconds: number; cpuSeconds: number }, scans: number): Sample {
  return { scansPerSecond: scans / seconds, cpuShare: cpuSeconds / seconds };
}
