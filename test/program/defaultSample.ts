import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inRepository } from '../../src/paths.js';
import { CLI } from '../commands/voxlab.js';

/** What `voxlab sample` writes without flags, in the clone: 30 scans, which take a core 40 s. Made by the test that comes first. */
export async function defaultSample(): Promise<string> {
  for (;;) {
    const { status, stderr } = spawnSync(process.execPath, [CLI, 'sample'], { encoding: 'utf8' });
    if (status === 0) return inRepository('data', 'raw');
    assert.match(stderr, /is being written by/);
    await delay(500);
  }
}

/** A copy of it that lacks some scans: `sample` paints them again, and the others are taken as they are. */
export async function copyDefaultSample(to: string, missing: number): Promise<void> {
  cpSync(await defaultSample(), to, { recursive: true });
  removeScans(to, missing);
}

/** The smallest, which are painted soonest. */
export function removeScans(folder: string, count: number): void {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const voxels = files.filter((file) => file.endsWith('.raw')).map((file) => join(folder, file));
  const bySize = voxels.sort((a, b) => statSync(a).size - statSync(b).size);
  for (const file of bySize.slice(0, count)) rmSync(file);
}

/** Fails where scans painted now have other bytes than the clone's: then a program of another version has made those. */
export function assertDefaultSample(folder: string): void {
  const [painted, clones] = [folder, inRepository('data', 'raw')].map((each) =>
    readFileSync(join(each, 'sample.json'), 'utf8'),
  );
  assert.equal(painted, clones, 'the same settings give other scans than before: raise GENERATOR');
}
