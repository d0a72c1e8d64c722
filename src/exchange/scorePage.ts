import { readFileSync } from 'node:fs';
import { escaped } from '../figures/drawing/markup.js';
import { pagePolicy } from '../figures/drawing/pagePolicy.js';
import { wordsOf } from '../model/network.js';
import { browserBundle } from '../tensorflow/tf.js';
import type { GraphModel } from './graphModel.js';
import type { PortableNetwork } from './portableNetwork.js';

/**
 * A page that scores a patch in the browser, by a file from the disk and without a server: TensorFlow.js, the network and a
 * synthetic patch are in it. Its `score(hu)` gives the probability of one patch [z, y, x] in Hounsfield units.
 */
export function scorePage(
  { network, windowHu, classNames, checkpoint }: PortableNetwork,
  { model, weightSpecs, shards }: GraphModel,
): Uint8Array {
  const [depth, height, width] = network.inputSize;
  const settings = { size: network.inputSize, windowHu, name: classNames[1], model, weightSpecs };
  const what = `${wordsOf(network)}, checkpoint ${checkpoint}`;
  const head = `<!doctype html>
<html lang="en"><head><meta charset="utf-8">${pagePolicy({ scripts: true })}<title>voxlab: score a patch</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
canvas { width: 16rem; height: ${(16 * height) / width}rem; image-rendering: pixelated; background: #000; display: block; }
input[type=range] { width: 16rem; } output { font-weight: 600; font-variant-numeric: tabular-nums; }
</style></head><body>
<h1>Score a patch</h1>
<p>${escaped(what)}. It computes in this browser; nothing leaves the machine.</p>
<p><label>Patch of ${depth} x ${height} x ${width} voxels (z, y, x), Hounsfield units: .npy, or int16 without a header
<input type="file" id="file" accept=".npy,.raw,.bin"></label></p>
<canvas id="slice" width="${width}" height="${height}" role="img" aria-label="A slice of the patch"></canvas>
<label>Slice <input type="range" id="z" min="0" max="${depth - 1}" value="${depth >> 1}"></label>
<p id="what">A ball of 50 HU in lung of -850 HU, made by this page.</p>
<p>Probability of ${escaped(classNames[1])}: <output id="probability">...</output> <span id="how"></span></p>
<script>${withoutEnd(readFileSync(browserBundle(), 'utf8'))}</script>
<script>const settings = ${withoutEnd(JSON.stringify(settings))};</script>
`;
  const weights = shards.map(
    (shard) =>
      `<script type="text/plain" class="weights">${Buffer.from(shard).toString('base64')}</script>\n`,
  );
  return Buffer.concat(
    [head, ...weights, `<script>${SCRIPT}</script>\n</body></html>\n`].map((part) => Buffer.from(part)),
  );
}

/** Text of a script ends at its first `</script`. */
function withoutEnd(text: string): string {
  return text.replaceAll('</script', '<\\/script');
}

const SCRIPT = `
const byId = (id) => document.getElementById(id);
const voxels = settings.size.reduce((product, n) => product * n, 1);
let patch = ball();

/** A bright ball in air-filled lung, smooth at its border. */
function ball() {
  const [depth, height, width] = settings.size;
  const radius = Math.min(depth, height, width) / 5;
  return Float32Array.from({ length: voxels }, (_, i) => {
    const [x, y, z] = [i % width, Math.floor(i / width) % height, Math.floor(i / (width * height))];
    const distance = Math.hypot(x - width / 2, y - height / 2, z - depth / 2);
    return -850 + 900 * Math.min(1, Math.max(0, radius + 0.5 - distance));
  });
}

async function loadNetwork() {
  const parts = [...document.querySelectorAll('.weights')].map(({ textContent }) =>
    Uint8Array.from(atob(textContent), (letter) => letter.charCodeAt(0)));
  const weightData = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) { weightData.set(part, at); at += part.length; }
  await tf.setBackend('webgl').catch(() => false) || await tf.setBackend('cpu');
  await tf.ready();
  return tf.loadGraphModel(tf.io.fromMemory({ ...settings.model, weightSpecs: settings.weightSpecs, weightData: weightData.buffer }));
}
const network = loadNetwork();

/** The probability of class 1 of a patch: Hounsfield units, z, y, x. */
async function score(hu) {
  const model = await network;
  const result = tf.tidy(() => model.predict(tf.tensor(Float32Array.from(hu), [1, ...settings.size, 1])));
  const [probability] = await result.data();
  result.dispose();
  return probability;
}

function draw() {
  const [, height, width] = settings.size;
  const { low, high } = settings.windowHu;
  const image = new ImageData(width, height);
  const from = Number(byId('z').value) * width * height;
  for (let i = 0; i < width * height; i++) {
    image.data.fill((255 * (patch[from + i] - low)) / (high - low), 4 * i, 4 * i + 3);
    image.data[4 * i + 3] = 255;
  }
  byId('slice').getContext('2d').putImageData(image, 0, 0);
}

async function show(said) {
  draw();
  byId('what').textContent = said;
  byId('probability').textContent = '...';
  const began = performance.now();
  try {
    byId('probability').textContent = (await score(patch)).toFixed(4);
    byId('how').textContent = '(' + Math.round(performance.now() - began) + ' ms, ' + tf.getBackend() + ')';
  } catch (error) {
    byId('how').textContent = String(error);
  }
}

/** Values of a .npy file (int16 or float32 in C order), or of int16 alone, little-endian. */
function patchOf(bytes) {
  const view = new DataView(bytes);
  const isNpy = view.byteLength > 10 && view.getUint32(0) === 0x934e554d;
  const head = !isNpy ? 0 : view.getUint8(6) === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  const described = isNpy ? new TextDecoder('latin1').decode(bytes.slice(10, head)) : "'<i2'";
  const type = /'([<|]?[a-z]\\d)'/.exec(described)?.[1];
  if (/'fortran_order': *True/.test(described)) throw new Error('expected an array in C order, received one in Fortran order');
  const Kind = { '<i2': Int16Array, '<f4': Float32Array }[type];
  if (Kind === undefined) throw new Error('expected int16 or float32, received ' + type);
  const values = new Kind(bytes.slice(head));
  if (values.length !== voxels) throw new Error('expected ' + voxels + ' voxels (' + settings.size.join(' x ') + '), received ' + values.length);
  return values;
}

byId('z').addEventListener('input', draw);
// The same file again is a change, too: it may hold another patch.
byId('file').addEventListener('click', ({ target }) => { target.value = ''; });
byId('file').addEventListener('change', async ({ target }) => {
  const [file] = target.files;
  if (file === undefined) return;
  try {
    patch = patchOf(await file.arrayBuffer());
  } catch (error) {
    byId('what').textContent = file.name + ': ' + error.message;
    return;
  }
  await show(file.name);
});
void show(byId('what').textContent);
`;
