import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { linearCutter } from '../../src/patches/linearCutter.js';
import { compareWithSimpleItk, SCANS } from './simpleItk.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-linear-'));
after(() => rmSync(folder, { recursive: true }));

for (const [name, scan] of Object.entries(SCANS))
  test(`linearCutter() equals SimpleITK's resampling within 0.5 HU: ${name}`, async () => {
    await compareWithSimpleItk(folder, scan, 'linear', linearCutter);
  });
