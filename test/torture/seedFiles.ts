import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inRepository } from '../../src/paths.js';
import { train } from '../../src/training/train.js';
import { PYTHON } from '../python.js';
import { allRecords, trainFixture } from '../training/trainFixture.js';

/** Whole files by reader, then by name, made anew below `folder`: by other tools where there are some, a run by training one. */
export async function makeSeeds(folder: string): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  execFileSync(PYTHON, [inRepository('test/torture/seeds.py'), folder, inRepository('test/fixtures')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const put = (reader: string, name: string, ...parts: string[]): void => {
    const to = join(folder, reader, name, parts.at(-1)!);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(inRepository(...parts), to);
  };
  put('settings', 'crop', 'configs', 'crop_nodules_3d.ini');
  put('settings', 'model', 'configs', 'model.ini');
  put('performance', '2018', 'data', 'performance', '2018.json');
  await makeRun(join(folder, 'run', 'small', 'run'));
  return folder;
}

/** The files of a run of one epoch. */
async function makeRun(run: string): Promise<void> {
  const ends: (() => void)[] = [];
  try {
    const config = await trainFixture({ after: (end) => ends.push(end) });
    await allRecords(train({ ...config, run, epochs: 1 }));
  } finally {
    for (const end of ends) end();
  }
}
