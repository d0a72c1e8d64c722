import { InputError, messageOf } from '../errors.js';
import { lungMask } from '../lungs/lungMask.js';
import { openPatchFile, type PatchFile } from '../store/patchFile.js';
import { answerTasks } from '../threadPool.js';
import type { ScanFile } from '../volumes/findScans.js';
import { hashOfScan, type ReadingChoices, readVolume } from '../volumes/readVolume.js';
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
    const received = await hashOfScan(scan, reading);
    if (received !== sha256) return { uid, received };
    return { uid, wrong: await wrongRows(open, scan, reading, rows) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { uid, unreadable: messageOf(error) };
  }
}

async function wrongRows(
  { patches, inLung }: OpenFile,
  scan: ScanFile,
  reading: ReadingChoices,
  rows: readonly number[],
): Promise<number[]> {
  if (rows.length === 0) return [];
  const { format, voxelsPerRow } = patches;
  const volume = await readVolume(scan, reading);
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
    let same = Buffer.compare(bytesOf(stored), bytesOf(again)) === 0;
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

function bytesOf({ buffer, byteOffset, byteLength }: Int16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
