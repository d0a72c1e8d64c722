import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cubicCutter } from '../../src/patches/cubicCutter.js';
import { compareWithSimpleItk, SCANS } from './simpleItk.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-cubic-'));
after(() => rmSync(folder, { recursive: true }));

for (const [name, scan] of Object.entries(SCANS))
  test(`cubicCutter() equals SimpleITK's resampling (B-spline) within 0.5 HU: ${name}`, async () => {
    await compareWithSimpleItk(folder, scan, 'bspline', cubicCutter);
  });
