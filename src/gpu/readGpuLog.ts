import { readFileSync } from 'node:fs';
import { InputError, messageOf } from '../errors.js';
import { parseGpuJsonLines } from './gpuJsonLines.js';
import type { GpuLog } from './gpuRecord.js';
import { parseGpustatText } from './gpustatText.js';

/** Reads a log of GPU use: gpustat's text (0.x, 1.x) or voxlab's JSON lines, told apart by their first character. Throws InputError. */
export function readGpuLog(file: string): GpuLog {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw new InputError(file, `expected a log of GPU use (${messageOf(error).split(',')[0]})`, {
      cause: error,
    });
  }
  return text.trimStart().startsWith('{') ? parseGpuJsonLines(text, file) : parseGpustatText(text, file);
}
