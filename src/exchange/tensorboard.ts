import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InputError, messageOf } from '../errors.js';
import { greyOf } from '../figures/drawing/picture.js';
import { encodePng } from '../figures/drawing/png.js';
import { writeFileAtomically } from '../paths.js';
import { withSharedPaths } from '../sharedPath.js';
import { openPatchFile } from '../store/patchFile.js';
import { checkpointNames } from '../training/run/checkpoint.js';
import { META_FILE } from '../training/run/checkpointMeta.js';
import { loadCheckpoint } from '../training/run/loadCheckpoint.js';
import { readRunConfig, readRunSplit } from '../training/run/runFolder.js';
import { readOrigin } from '../training/run/runOrigin.js';
import { weightsInUse } from '../training/run/startingPoint.js';
import type { TrainConfig } from '../training/run/trainConfig.js';
import {
  eventRecord,
  graphContent,
  type Hparam,
  histogramValue,
  hparamsEndValue,
  hparamsStartValue,
  imageValue,
  summaryContent,
  versionContent,
} from './eventProto.js';
import type { PortableNetwork } from './portableNetwork.js';
import { encodeGraph } from './savedModel.js';
import { tensorflowGraph } from './tensorflowGraph.js';

/**
 * Beside the curves of the run, and read after them: the start of a run voids what was read before of later steps. Replaced by the
 * next export.
 */
const FILE = 'events.out.tfevents.9999999999.network';
/** Of each class. */
const PATCHES = 4;

/**
 * An event file with what a run's curves have not: settings (hparams), the graph, histograms of the weights of every checkpoint
 * that is kept, and the middle slices of some validation patches. Returns its path, and what could not be told.
 * Throws EnvironmentError.
 */
export async function writeTensorboardFile(
  network: PortableNetwork,
  folder: string,
  run: string,
): Promise<{ readonly files: readonly string[]; readonly notes: readonly string[] }> {
  const config = readRunConfig(run);
  const began = secondsOf(readOrigin(run)?.startedAt) ?? Date.now() / 1000;
  const graph = encodeGraph(tensorflowGraph(network).map(withoutValue));
  const { records, notes, endSeconds } = await histograms(run, began);
  const images = await patchImages(run, config);
  const path = join(folder, FILE);
  writeFileAtomically(
    path,
    Buffer.concat([
      eventRecord(began, 0, versionContent()),
      eventRecord(
        began,
        0,
        summaryContent(
          hparamsStartValue(hparamsOf(config), basename(run), began),
          hparamsEndValue(endSeconds),
        ),
      ),
      eventRecord(began, 0, graphContent(graph)),
      ...records,
      ...images.values.map((value) => eventRecord(began, 0, summaryContent(value))),
    ]),
  );
  return { files: [path], notes: [...notes, ...images.notes] };
}

/** A graph to look at: constants without their numbers. */
function withoutValue(node: ReturnType<typeof tensorflowGraph>[number]): typeof node {
  const { value, ...attributes } = node.attributes;
  return value === undefined ? node : { ...node, attributes };
}

async function histograms(
  run: string,
  began: number,
): Promise<{ records: Buffer[]; notes: string[]; endSeconds: number }> {
  const records: Buffer[] = [];
  const notes: string[] = [];
  let endSeconds = began;
  for (const name of checkpointNames(run).reverse()) {
    const folder = join(run, 'checkpoints', name);
    try {
      const checkpoint = await loadCheckpoint(folder);
      const seconds = statSync(join(folder, META_FILE)).mtimeMs / 1000;
      endSeconds = Math.max(endSeconds, seconds);
      for (const [parameter, { data }] of weightsInUse(checkpoint))
        records.push(
          eventRecord(
            seconds,
            checkpoint.meta.step,
            summaryContent(histogramValue(`weights/${parameter}`, data)),
          ),
        );
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      notes.push(`no histograms of checkpoint ${name} (${messageOf(error)})`);
    }
  }
  return { records, notes, endSeconds };
}

/** Middle slices in the run's window, the first rows of each class among the scans that choose. */
async function patchImages(
  run: string,
  { data, windowHu, classNames }: TrainConfig,
): Promise<{ readonly values: readonly Uint8Array[]; readonly notes: readonly string[] }> {
  let patches: Awaited<ReturnType<typeof openPatchFile>>;
  try {
    patches = await openPatchFile(data);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { values: [], notes: [`no images of patches (${messageOf(error)})`] };
  }
  try {
    const { dim, slices } = patches.format;
    const chosen = new Set(readRunSplit(run)?.validation);
    const { seriesUids } = patches.places();
    const { classes } = patches.labels();
    const voxels = new Int16Array(patches.voxelsPerRow);
    const values: Uint8Array[] = [];
    for (const [index, name] of classNames.entries()) {
      const rows = seriesUids.flatMap((uid, row) =>
        classes[row] === index && (chosen.size === 0 || chosen.has(uid)) ? [row] : [],
      );
      for (const row of rows.slice(0, PATCHES)) {
        await patches.readRows([row], voxels);
        const from = (slices >> 1) * dim * dim;
        const grey = Uint8Array.from(voxels.subarray(from, from + dim * dim), (hu) => greyOf(hu, windowHu));
        const png = encodePng({ width: dim, height: dim, data: grey });
        values.push(imageValue(`patches/${name}/row ${row}`, dim, dim, png));
      }
    }
    return { values, notes: [] };
  } finally {
    patches.close();
  }
}

/** Settings by dotted names; places of one machine are none. */
function hparamsOf({ data: _, run: __, from: ___, ...settings }: TrainConfig): Record<string, Hparam> {
  const hparams: Record<string, Hparam> = {};
  const add = (name: string, value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      hparams[name] = value;
    else if (Array.isArray(value)) hparams[name] = JSON.stringify(value);
    else if (typeof value === 'object' && value !== null)
      for (const [key, part] of Object.entries(value)) add(`${name}.${key}`, part);
  };
  for (const [name, value] of Object.entries(settings)) add(name, withSharedPaths(value));
  return hparams;
}

function secondsOf(iso: string | undefined): number | undefined {
  return iso === undefined ? undefined : Date.parse(iso) / 1000;
}
