import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRepository } from '../../src/paths.js';
import { writeMetaImage } from '../../src/volumes/metaImage/metaImageWriter.js';
import { REFERENCES, scanOf, xmlOf } from '../candidates/lidc/lidcReference.js';
import { sliceTags, writeSlices } from '../volumes/dicomFixture.js';

/** A project's folder as the examples want it, but for what takes the engine (exampleRunner.ts); they run in it. */
export function exampleFolder(t: { after(end: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-examples-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  for (const name of ['configs', 'notebooks', 'data/gpustat', 'data/performance'])
    cpSync(inRepository(name), join(folder, name), { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(inRepository(), join(folder, 'node_modules', 'voxlab'));
  symlinkSync(inRepository('.venv'), join(folder, '.venv'));
  writeLidc(join(folder, 'LIDC-IDRI'));
  writeSlices(
    join(folder, 'dicom'),
    Object.fromEntries(
      [0, 1, 2].map((k) => [`${k}.dcm`, sliceTags(k, Buffer.alloc(24), { '0020,0052': '1.2.3' })]),
    ),
  );
  writeSegmentation(join(folder, 'nodules_seg.mhd'));
  writeFileSync(join(folder, 'own.ipynb'), JSON.stringify(NOTEBOOK));
  writeFileSync(join(folder, 'connection.json'), JSON.stringify(CONNECTION));
  return folder;
}

const NOTEBOOK = {
  cells: [{ cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source: '1 + 1' }],
  metadata: { kernelspec: { display_name: 'TypeScript (voxlab)', language: 'typescript', name: 'voxlab' } },
  nbformat: 4,
  nbformat_minor: 4,
};

/** As Jupyter tells a kernel where to listen; sockets are files of the folder, `kernel-1` to `kernel-5`. */
const CONNECTION = {
  ...{ transport: 'ipc', ip: 'kernel', key: '', signature_scheme: 'hmac-sha256' },
  ...{ shell_port: 1, control_port: 2, stdin_port: 3, iopub_port: 4, hb_port: 5 },
};

/** A reading of four, beside a scan of the geometry that it was made for. */
function writeLidc(folder: string): void {
  const reference = REFERENCES[0]!;
  const { geometry } = scanOf(reference);
  mkdirSync(folder);
  copyFileSync(xmlOf(reference), join(folder, 'reading.xml'));
  const data = new Int16Array(geometry.size.reduce((a, b) => a * b));
  writeMetaImage(join(folder, `${reference.uid}.mhd`), { ...geometry, data });
}

/** Two labels, a cube each. */
function writeSegmentation(file: string): void {
  const data = new Uint8Array(10 ** 3);
  for (let i = 0; i < 8; i++) {
    const corner = (i & 1) + 10 * ((i >> 1) & 1) + 100 * (i >> 2);
    data[corner + 111] = 1;
    data[corner + 666] = 2;
  }
  const direction = [1, 0, 0, 0, 1, 0, 0, 0, 1] as const;
  writeMetaImage(file, { data, size: [10, 10, 10], spacingMm: [1, 1, 2], originMm: [0, 0, 0], direction });
}
