import { InputError, messageOf } from '../errors.js';
import { JsonPlace } from '../jsonPlace.js';
import type { Resampling } from '../volumes/dicom/dicomGrid.js';
import type { H5File } from './hdf5/h5Reader.js';
import type { PatchProvenance } from './patchFileContract.js';

/**
 * What a patch file says of its making; undefined for a file that says nothing. Throws InputError for attributes that are not
 * what `crop` writes.
 */
export function provenanceOf(path: string, file: H5File): PatchProvenance | undefined {
  const { attrs } = file;
  const text = (name: string): string | undefined => (name in attrs ? String(attrs[name]!.value) : undefined);
  const [program, settings, scans] = ['program', 'settings', 'scans'].map(text);
  if (program === undefined || settings === undefined || scans === undefined) return undefined;
  const part = (name: string): JsonPlace => {
    try {
      return new JsonPlace(path, JSON.parse(text(name)!), `attribute ${name}`);
    } catch (error) {
      throw new InputError(path, `attribute ${name}: expected JSON (${messageOf(error)})`, { cause: error });
    }
  };
  const each = <T>(name: string, read: (place: JsonPlace) => T): Readonly<Record<string, T>> =>
    Object.fromEntries(
      part(name)
        .entries()
        .map(([uid, place]) => [uid, read(place)]),
    );
  const [failedScans, outside, resampled] = ['failedScans', 'outside', 'resampled'].map(text);
  return {
    program,
    settings: part('settings').object(),
    scans: each('scans', (sum) => sum.text()),
    ...(failedScans === undefined ? {} : { failedScans: each('failedScans', (reason) => reason.text()) }),
    ...(outside === undefined
      ? {}
      : { outside: each('outside', (lines) => lines.list().map((line) => line.whole())) }),
    ...(resampled === undefined ? {} : { resampled: each('resampled', resamplingAt) }),
  };
}

function resamplingAt(place: JsonPlace): Resampling {
  const [from, to] = place
    .at('gapsMm')
    .list()
    .map((gap) => gap.number());
  if (from === undefined || to === undefined) return place.at('gapsMm').refuse('two numbers');
  return {
    tiltDegrees: place.at('tiltDegrees').number(),
    gapsMm: [from, to],
    spacingMm: place.at('spacingMm').number(0),
    slicesBefore: place.at('slicesBefore').whole(1),
    slicesAfter: place.at('slicesAfter').whole(1),
  };
}
