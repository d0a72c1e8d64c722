import { InputError } from '../errors.js';
import { type JsonPlace, readJson } from '../jsonPlace.js';
import { inPackage } from '../paths.js';

/** The table of 2018: one GPU beside four. */
export const PERFORMANCE_2018 = inPackage('data', 'performance', '2018.json');
/**
 * What `voxlab bench scale` measured of this program.
 * @example
 * const [{ points }] = readPerformance(PERFORMANCE_MEASURED);
 * for (const { devices, speedup } of points) console.log(devices, speedup);
 */
export const PERFORMANCE_MEASURED = inPackage('data', 'performance', 'measured.json');

/** A speed, or a time, that can be divided by. */
const LEAST = 1e-9;

/** Training speed on some devices. */
export interface PerformancePoint {
  readonly devices: number;
  readonly machine: string;
  /** Of all devices together, in a step. */
  readonly batch: number;
  readonly patchesPerSecond: number;
  /** Times as fast as the series' first point, for each of whose devices there is one here. */
  readonly speedup: number;
  /** Share of ideal speed: the speed-up by the number of devices. */
  readonly efficiency: number;
  readonly secondsPerEpoch: number | null;
}

/** Points of one program, from the fewest devices on. */
export interface PerformanceSeries {
  readonly name: string;
  /** What grows with the devices. */
  readonly scaling: string;
  readonly points: readonly PerformancePoint[];
}

/**
 * Reads a table of training speeds, such as data/performance/2018.json; speed-up and efficiency are computed. A point says
 * `patchesPerSecond`, or `secondsPerEpoch`, `trainingSteps` and `batch`. Throws InputError.
 * @example
 * for (const { name, points } of readPerformance()) console.log(name, points.map(({ speedup }) => speedup));
 */
export function readPerformance(file = PERFORMANCE_2018): readonly PerformanceSeries[] {
  return readJson(file, 'a table of training speeds').at('series').list().map(seriesOf);
}

function seriesOf(series: JsonPlace): PerformanceSeries {
  const place = series.at('points');
  const points = place.list().map(pointOf);
  points.sort((a, b) => a.devices - b.devices);
  const [first] = points;
  if (first === undefined) throw new InputError(place.file, `${place.name}: expected points, found none`);
  return {
    name: series.at('name').text(),
    scaling: series.at('scaling').text(),
    points: points.map((point) => {
      const speedup = point.patchesPerSecond / first.patchesPerSecond;
      return { ...point, speedup, efficiency: (speedup * first.devices) / point.devices };
    }),
  };
}

function pointOf(point: JsonPlace): Omit<PerformancePoint, 'speedup' | 'efficiency'> {
  const batch = point.at('batch').whole(1);
  const [said, epoch] = [point.at('patchesPerSecond'), point.at('secondsPerEpoch')];
  const secondsPerEpoch = epoch.ifThere?.number(LEAST) ?? null;
  return {
    devices: point.at('devices').whole(1),
    machine: point.at('machine').text(),
    batch,
    patchesPerSecond:
      said.ifThere?.number(LEAST) ?? (point.at('trainingSteps').whole(1) * batch) / epoch.number(LEAST),
    secondsPerEpoch,
  };
}
