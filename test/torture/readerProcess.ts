import { createInterface } from 'node:readline';
import { VoxlabError } from '../../src/errors.js';
import { READERS, type Reading } from './readers.js';

/**
 * Reads files for the campaign, in a process that may be killed: lines `reader<TAB>path` come in, an answer goes out for each,
 * on file descriptor 3, since a library may print.
 */

/** What became of one file. */
export interface Answer {
  readonly kind: 'read' | 'refused' | 'untagged';
  readonly reading?: Reading;
  /** Of the error. */
  readonly message?: string;
  /** Highest resident memory of the process so far. */
  readonly peakMiB: number;
}

async function answerFor(reader: string, path: string): Promise<Omit<Answer, 'peakMiB'>> {
  try {
    const reading = await READERS[reader]!(path);
    return { kind: 'read', ...(reading === undefined ? {} : { reading }) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof VoxlabError && !message.includes('\n')) return { kind: 'refused', message };
    return { kind: 'untagged', message: error instanceof Error ? (error.stack ?? message) : message };
  }
}

const { createWriteStream } = await import('node:fs');
const out = createWriteStream('', { fd: 3 });
for await (const line of createInterface({ input: process.stdin })) {
  const [reader, path] = line.split('\t') as [string, string];
  const answer = await answerFor(reader, path);
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  out.write(`${JSON.stringify({ ...answer, peakMiB })}\n`);
}
