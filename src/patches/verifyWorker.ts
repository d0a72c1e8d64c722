import { InputError, messageOf } from '../errors.js';
import { lungMask } from '../lungs/lungMask.js';
import { openPatchFile, type PatchFile } from '../store/patchFile.js';
import { answerTasks } from '../threadPool.js';
import type { ScanFile } from '../volumes/findScans.js';
import { hashOfScan, type ReadingChoices, readHashedVolume } from '../volumes/readVolume.js';
import type { Volume } from '../volumes/voxels/volume.js';
import { cutterOf, maskCutterOf } from './cutScan.js';
import { maskAt } from './maskCutter.js';
import { centerVoxelOf, firstVoxelOf } from './patchGrid.js';
import { patchSizeOf } from './planScan.js';
import type { VerifyAnswer, VerifyTask } from './verifyPatchFile.js';

/** The thread that cuts the rows of a patch file again. */
let open: OpenFile | undefined;
answerTasks(verifyScan);

/** The column is read once a thread, not once a scan. */
interface OpenFile {
  readonly patches: PatchFile;
  readonly inLung: Uint8Array | undefined;
}

async function openFile(path: string): Promise<OpenFile> {
  const patches = await openPatchFile(path);
  return { patches, inLung: patches.labels().inLung };
}

async function verifyScan({ file, scan, sha256, reading, rows }: VerifyTask): Promise<VerifyAnswer> {
  const { uid } = scan;
  open ??= await openFile(file);
  try {
    if (rows.length === 0) {
      const received = await hashOfScan(scan, reading);
      return received === sha256 ? { uid, wrong: [] } : { uid, received };
    }
    const { volume, sha256: received } = await readHashedVolume(scan, reading);
    if (received !== sha256) return { uid, received };
    return { uid, wrong: await wrongRows(open, volume, rows) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return changedOrUnreadable(error, scan, sha256, reading);
  }
}

/** A scan that cannot be read as a volume may be another one than was cut: that says more. */
async function changedOrUnreadable(
  error: InputError,
  scan: ScanFile,
  sha256: string,
  reading: ReadingChoices,
): Promise<VerifyAnswer> {
  const { uid } = scan;
  const received = await hashOfScan(scan, reading).catch(() => sha256);
  return received === sha256 ? { uid, unreadable: messageOf(error) } : { uid, received };
}

async function wrongRows(
  { patches, inLung }: OpenFile,
  volume: Volume,
  rows: readonly number[],
): Promise<number[]> {
  const { format, voxelsPerRow } = patches;
  const cut = cutterOf(volume, format);
  const [stored, again] = [new Int16Array(voxelsPerRow), new Int16Array(voxelsPerRow)];
  const mask = inLung === undefined ? undefined : lungMask(volume);
  const cutMask = mask === undefined ? undefined : maskCutterOf(mask, volume, format);
  const [storedMask, maskAgain] = [new Uint8Array(voxelsPerRow), new Uint8Array(voxelsPerRow)];
  const wrong: number[] = [];
  for (const [index, { centerWorldMm }] of patches.findings(rows).entries()) {
    const center = centerVoxelOf(volume, format.spacingMm, centerWorldMm);
    const first = firstVoxelOf(center, patchSizeOf(format));
    const row = rows[index]!;
    cut(first, again, 0);
    await patches.readRows([row], stored);
    let same = Buffer.compare(new Uint8Array(stored.buffer), new Uint8Array(again.buffer)) === 0;
    if (mask !== undefined) {
      cutMask!(first, maskAgain, 0);
      patches.readMasks([row], storedMask);
      same &&= Buffer.compare(storedMask, maskAgain) === 0;
      same &&= inLung![row] === maskAt(mask, volume, centerWorldMm);
    }
    if (!same) wrong.push(row);
  }
  return wrong;
}
