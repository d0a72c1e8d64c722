import { InputError, messageOf } from '../errors.js';
import { openPatchFile, type PatchFile } from '../store/patchFile.js';
import { answerTasks } from '../threadPool.js';
import { hashOfScan, readVolume } from '../volumes/readVolume.js';
import { cutterOf } from './cutScan.js';
import { centerVoxelOf, firstVoxelOf } from './patchGrid.js';
import { patchSizeOf } from './planScan.js';
import type { VerifyAnswer, VerifyTask } from './verifyPatchFile.js';

/** The thread that cuts the rows of a patch file again. */
let open: PatchFile | undefined;
answerTasks(verifyScan);

async function verifyScan({ file, scan, sha256, rows }: VerifyTask): Promise<VerifyAnswer> {
  const { uid, path } = scan;
  open ??= await openPatchFile(file);
  try {
    const received = await hashOfScan(path);
    if (received !== sha256) return { uid, received };
    return { uid, wrong: await wrongRows(open, path, rows) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { uid, unreadable: messageOf(error) };
  }
}

async function wrongRows(patches: PatchFile, path: string, rows: readonly number[]): Promise<number[]> {
  if (rows.length === 0) return [];
  const { format, voxelsPerRow } = patches;
  const volume = await readVolume(path);
  const cut = cutterOf(volume, format);
  const [stored, again] = [new Int16Array(voxelsPerRow), new Int16Array(voxelsPerRow)];
  const wrong: number[] = [];
  for (const [index, { centerWorldMm }] of patches.findings(rows).entries()) {
    const center = centerVoxelOf(volume, format.spacingMm, centerWorldMm);
    cut(firstVoxelOf(center, patchSizeOf(format)), again, 0);
    await patches.readRows([rows[index]!], stored);
    if (Buffer.compare(bytesOf(stored), bytesOf(again)) !== 0) wrong.push(rows[index]!);
  }
  return wrong;
}

function bytesOf({ buffer, byteOffset, byteLength }: Int16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
