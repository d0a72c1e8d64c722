/** Places in scans: item i lies in scan `scan[i]` (an index from 0) at `centerWorldMm[3 i .. 3 i + 2]`. */
export interface Places {
  /** (n) */
  readonly scan: Int32Array;
  /** (n, 3), x, y, z, LPS, mm. */
  readonly centerWorldMm: Float64Array;
}

/** What a detector says of places: the higher the score, the surer; any finite numbers, also logits. */
export interface ScoredMarks extends Places {
  /** (n) */
  readonly score: Float64Array;
}

/** What readers found. */
export interface Findings extends Places {
  /** (n); negative = unknown. */
  readonly diameterMm: Float64Array;
}

/** All that LUNA16's score is computed from. */
export interface FrocCase {
  /** Number of scans, also of those without a mark or a nodule. */
  readonly scans: number;
  readonly marks: ScoredMarks;
  /** To be found. */
  readonly nodules: Findings;
  /** Neither right nor wrong to mark. */
  readonly excluded: Findings;
}

/** The steps of a FROC curve, by descending score: hit nodules with the best score of their hits, and false positives. */
export interface FrocEvents {
  readonly scans: number;
  /** (n), descending. */
  readonly score: Float64Array;
  /** (n), index of the scan. */
  readonly scan: Int32Array;
  /** (n), 1 = a nodule that was hit, 0 = a false positive. */
  readonly isHit: Uint8Array;
  /** (n), 1 where the next event has another score: a point of the curve. */
  readonly endsTie: Uint8Array;
  /** (n), `scan << 2 | isHit << 1 | endsTie`: the three in one word, for the loop that runs a thousand times. */
  readonly packed: Int32Array;
  /** (scans), nodules of each, hit or missed. */
  readonly nodules: Int32Array;
  /** (scans), hit nodules of each. */
  readonly hits: Int32Array;
  /** (scans), false positives of each. */
  readonly falsePositives: Int32Array;
}

/** Where all marks and nodules went: marks = over the limit + false positives + on excluded findings + marks that hit. */
export interface FrocCounts {
  readonly scans: number;
  readonly scansWithMarks: number;
  readonly nodules: number;
  readonly hitNodules: number;
  readonly missedNodules: number;
  readonly excludedFindings: number;
  readonly marks: number;
  /** Left out: not among the best of their scan. */
  readonly marksOverLimit: number;
  readonly falsePositives: number;
  /** Ignored: on an excluded finding and on no nodule. */
  readonly marksOnExcluded: number;
  /** Further hits of nodules that were hit already: ignored. */
  readonly repeatedHits: number;
}

/** Which marks of a scan count. */
export interface MatchOptions {
  /** The best marks of a scan that count. LUNA16: 100. */
  readonly marksPerScan?: number;
}

/** LUNA16 takes findings of unknown size as 10 mm wide. */
const UNKNOWN_DIAMETER_MM = 10;

/**
 * Matches marks with findings as LUNA16's evaluation does: a mark hits a finding nearer than its radius; the best hit of a nodule
 * is its score; what hits no nodule and no excluded finding is a false positive. One mark may hit several nodules.
 * @example
 * const none = { scan: Int32Array.of(), centerWorldMm: Float64Array.of(), diameterMm: Float64Array.of() };
 * const places = { scan: Int32Array.of(0, 1), centerWorldMm: Float64Array.of(0, 0, 0, 9, 9, 9) };
 * const marks = { ...places, score: Float64Array.of(0.9, 0.3) };
 * const nodule = { scan: Int32Array.of(0), centerWorldMm: Float64Array.of(1, 0, 0) };
 * const nodules = { ...nodule, diameterMm: Float64Array.of(6) };
 * matchMarks({ scans: 2, marks, nodules, excluded: none }).counts.falsePositives //=> 1
 */
export function matchMarks(
  { scans, marks, nodules, excluded }: FrocCase,
  { marksPerScan = 100 }: MatchOptions = {},
): { readonly events: FrocEvents; readonly counts: FrocCounts } {
  const kept = bestMarks(marks, scans, marksPerScan);
  /** 0 a false positive so far, 1 hits a nodule, 2 lies on an excluded finding. */
  const fate = new Uint8Array(marks.score.length);
  const hits = new EventList();
  let repeatedHits = 0;
  forEachHit(nodules, marks, kept, (nodule, hitting) => {
    for (const mark of hitting) fate[mark] = 1;
    repeatedHits += hitting.length - 1;
    hits.add(Math.max(...hitting.map((mark) => marks.score[mark]!)), nodules.scan[nodule]!, 1);
  });
  let marksOnExcluded = 0;
  forEachHit(excluded, marks, kept, (_, hitting) => {
    for (const mark of hitting)
      if (fate[mark] === 0) {
        fate[mark] = 2;
        marksOnExcluded++;
      }
  });
  const hitNodules = hits.length;
  for (const of of kept)
    for (const mark of of) if (fate[mark] === 0) hits.add(marks.score[mark]!, marks.scan[mark]!, 0);
  const keptMarks = kept.reduce((sum, { length }) => sum + length, 0);
  return {
    events: hits.sorted(scans, countsOf(nodules.scan, scans)),
    counts: {
      scans,
      scansWithMarks: countsOf(marks.scan, scans).filter((count) => count > 0).length,
      nodules: nodules.scan.length,
      hitNodules,
      missedNodules: nodules.scan.length - hitNodules,
      excludedFindings: excluded.scan.length,
      marks: marks.score.length,
      marksOverLimit: marks.score.length - keptMarks,
      falsePositives: hits.length - hitNodules,
      marksOnExcluded,
      repeatedHits,
    },
  };
}

/**
 * Indices of the marks of each scan that count. Where there are more than `most`, those above the score of the next one: of marks
 * that tie with it none is kept, so that a scan whose marks are all alike keeps none.
 */
function bestMarks({ scan, score }: ScoredMarks, scans: number, most: number): number[][] {
  return grouped(scan, scans).map((marks) => {
    if (marks.length <= most) return marks;
    const threshold = Float64Array.from(marks, (mark) => score[mark]!).sort()[marks.length - 1 - most]!;
    return marks.filter((mark) => score[mark]! > threshold);
  });
}

/** Calls `visit` with each finding and the marks that lie nearer to it than its radius, where there are any. */
function forEachHit(
  { scan, centerWorldMm, diameterMm }: Findings,
  marks: ScoredMarks,
  marksOf: readonly (readonly number[])[],
  visit: (finding: number, hitting: readonly number[]) => void,
): void {
  for (let finding = 0; finding < scan.length; finding++) {
    const diameter = diameterMm[finding]! < 0 ? UNKNOWN_DIAMETER_MM : diameterMm[finding]!;
    const radiusSquared = (diameter / 2) ** 2;
    let hitting: number[] | undefined;
    for (const mark of marksOf[scan[finding]!]!)
      if (squaredDistance(centerWorldMm, finding, marks.centerWorldMm, mark) < radiusSquared) {
        hitting ??= [];
        hitting.push(mark);
      }
    if (hitting !== undefined) visit(finding, hitting);
  }
}

function squaredDistance(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const x = a[3 * i]! - b[3 * j]!;
  const y = a[3 * i + 1]! - b[3 * j + 1]!;
  const z = a[3 * i + 2]! - b[3 * j + 2]!;
  return x * x + y * y + z * z;
}

function grouped(scan: Int32Array, scans: number): number[][] {
  const groups: number[][] = Array.from({ length: scans }, () => []);
  for (let i = 0; i < scan.length; i++) groups[scan[i]!]!.push(i);
  return groups;
}

function countsOf(scan: Int32Array, scans: number): Int32Array {
  const counts = new Int32Array(scans);
  for (let i = 0; i < scan.length; i++) counts[scan[i]!]!++;
  return counts;
}

/** Events in the order in which they were found. */
class EventList {
  readonly #score: number[] = [];
  readonly #scan: number[] = [];
  readonly #isHit: number[] = [];

  get length(): number {
    return this.#score.length;
  }

  add(score: number, scan: number, isHit: 0 | 1): void {
    this.#score.push(score);
    this.#scan.push(scan);
    this.#isHit.push(isHit);
  }

  sorted(scans: number, nodules: Int32Array): FrocEvents {
    const found = Float64Array.from(this.#score);
    const order = Uint32Array.from(found, (_, index) => index).sort((a, b) => found[b]! - found[a]!);
    const score = Float64Array.from(order, (index) => found[index]!);
    const scan = Int32Array.from(order, (index) => this.#scan[index]!);
    const isHit = Uint8Array.from(order, (index) => this.#isHit[index]!);
    const endsTie = Uint8Array.from(score, (value, i) => (score[i + 1] === value ? 0 : 1));
    return {
      scans,
      score,
      scan,
      isHit,
      endsTie,
      packed: scan.map((index, i) => (index << 2) | (isHit[i]! << 1) | endsTie[i]!),
      nodules,
      hits: countsOf(
        scan.filter((_, i) => isHit[i] === 1),
        scans,
      ),
      falsePositives: countsOf(
        scan.filter((_, i) => isHit[i] === 0),
        scans,
      ),
    };
  }
}
