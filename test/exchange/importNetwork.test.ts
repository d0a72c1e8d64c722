import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError, UsageError } from '../../src/errors.js';
import { exportNetwork } from '../../src/exchange/exportNetwork.js';
import { importNetwork } from '../../src/exchange/importNetwork.js';
import { portableNetwork } from '../../src/exchange/portableNetwork.js';
import { train } from '../../src/training/train.js';
import { runPython } from '../python.js';
import { allRecords } from '../training/trainFixture.js';
import { exchangeRun, largestDifference, predictions } from './exchangeRun.js';

/** Saves networks of the same architecture: the exported one trained on, and one built by a hand of its own; with what they predict. */
const KERAS = `import json, sys, numpy as np, keras
from keras import layers as L
keras.utils.set_random_seed(16)
exported, folder, rows, shape, low, high = json.load(sys.stdin)
hu = np.array(rows, np.float32).reshape(*shape, 1)
x = np.clip((hu - low) / (high - low), 0, 1)

def own(filters, epsilon=1e-3, bias=True):
    conv = lambda h, n, k, s: L.Conv3D(n, k, strides=s, padding='same', use_bias=bias)(h)
    act = lambda h: L.Activation('relu')(L.BatchNormalization(epsilon=epsilon)(h))
    i = keras.Input(shape[1:] + [1])
    h = L.MaxPooling3D(3, 2, padding='same')(act(conv(i, filters, 7, 2)))
    for stage in range(4):
        for block in range(2):
            n, s = filters * 2**stage, 2 if stage and not block else 1
            past = conv(h, n, 1, s) if s == 2 else h
            a = h if stage + block == 0 else act(h)
            h = L.add([past, conv(act(conv(a, n, 3, s)), n, 3, 1)])
    h = L.Flatten()(L.AveragePooling3D(h.shape[1:4])(act(h)))
    return keras.Model(i, L.Dense(1, activation='sigmoid')(h))

def learn(model, x):
    model.compile('adam', 'binary_crossentropy', jit_compile=False)
    model.fit(x, np.arange(len(x)) % 3 == 0, epochs=2, verbose=0)
    return model.predict(x, verbose=0)[:, 0].tolist()

on, mine = keras.models.load_model(exported), own(4)
answer = {'on': learn(on, hu), 'mine': learn(mine, x)}
for name, model in (('on', on), ('mine', mine)):
    for ending in ('keras', 'h5', 'weights.h5'):
        path = f'{folder}/{name}.{ending}'
        (model.save_weights if ending == 'weights.h5' else model.save)(path)
own(6).save(f'{folder}/six.keras')
own(4, epsilon=1e-5).save(f'{folder}/epsilon.keras')
own(4, bias=False).save(f'{folder}/unbiased.h5')
keras.Sequential([keras.Input((8,)), L.Dense(2)]).save(f'{folder}/dense.weights.h5'.replace('.weights', ''))
print(json.dumps(answer))`;

test('weights that Keras saved come in: predictions equal its own to 1e-5; what differs is named', async (t) => {
  const { run, inputHu, shape, config } = await exchangeRun(t);
  const folder = join(run, '..');
  const { path } = await exportNetwork({ run, to: 'keras', checkpoint: 'best' });
  const { low, high } = config.windowHu;
  const keras = runPython<Record<string, number[]>>(KERAS, [path, folder, [...inputHu], shape, low, high]);
  for (const name of ['on', 'mine'])
    for (const ending of ['keras', 'h5', 'weights.h5']) {
      const file = join(folder, `${name}.${ending}`);
      const made = join(folder, `from ${name}.${ending}`);
      const result = await importNetwork({ file, origin: { like: run }, run: made });
      assert.deepEqual([result.filters, result.notes], [4, []]);
      const difference = largestDifference(await predictions(made, inputHu, shape[0]), keras[name]!);
      t.diagnostic(`${name}.${ending}: largest difference ${difference}`);
      assert.ok(difference < 1e-5, `${name}.${ending}: ${difference}`);
    }

  const refused = async (name: string, message: RegExp): Promise<void> => {
    const made = join(folder, 'refused');
    await assert.rejects(
      importNetwork({ file: join(folder, name), origin: { like: run }, run: made }),
      (error) => {
        assert.ok(error instanceof InputError || error instanceof UsageError, String(error));
        assert.match(error.message, message);
        return true;
      },
    );
    assert.ok(!existsSync(made), 'nothing is made');
  };
  await refused(
    'six.keras',
    /six\.keras: expected the weights of resnet3d-18 with 4 filters: stem\/conv\/kernel: expected \[7, 7, 7, 1, 4\], received \[7, 7, 7, 1, 6\] \(layers\/conv3d\); \d+ others differ, too/,
  );
  await refused(
    'epsilon.keras',
    /batch_normalization\w*: expected batch norm with epsilon 0\.001, received 0\.00001/,
  );
  await refused('unbiased.h5', /stem\/conv\/bias: expected \[4\], received none \(model_weights\/conv3d/);
  await refused(
    'dense.h5',
    /stem\/conv\/kernel: expected \[7, 7, 7, 1, 4\], received none \(no further 3D convolution\)/,
  );
  await refused('16x16x16-patch.hdf5', /expected weights that Keras saved .* found centroid, input/);
  await refused('none.keras', /expected a file of weights, found nothing/);
  writeFileSync(join(folder, 'no.keras'), 'no zip');
  await refused('no.keras', /expected a zip file that is whole/);
  writeFileSync(join(folder, 'no.h5'), 'no HDF5');
  await refused('no.h5', /no\.h5: /);
  writeFileSync(join(folder, 'no.onnx'), '');
  await refused('no.onnx', /expected a file \*\.keras, \*\.h5 or \*\.safetensors/);
});

test('safetensors come back bit for bit, as the run it was or on a patch file; training goes on from there', async (t) => {
  const { run, config } = await exchangeRun(t);
  const before = await portableNetwork(run, 'best');
  const { path } = await exportNetwork({ run, to: 'safetensors', checkpoint: 'best' });
  const like = join(run, '..', 'like');
  await importNetwork({ file: path, origin: { like: run }, run: like });
  assert.deepEqual((await portableNetwork(like, 'best')).weights, before.weights);

  // PyTorch saves a count with each batch norm, too, as int64.
  const saved = join(run, '..', 'saved.safetensors');
  runPython(
    `import json, sys, numpy as np
from safetensors.numpy import load_file, save_file
path, saved = json.load(sys.stdin)
arrays = load_file(path)
save_file(arrays | {k.replace('running_mean', 'num_batches_tracked'): np.array(7, np.int64) for k in arrays if k.endswith('running_mean')}, saved)
del arrays['s1b2.conv1.bias']
save_file(arrays, saved + '.safetensors')
save_file(arrays | {'s1b2.conv1.bias': np.zeros(4, np.float16)}, saved + '.half.safetensors')
print(1)`,
    [path, saved],
  );
  const again = join(run, '..', 'again');
  await importNetwork({ file: saved, origin: { like: run }, run: again });
  assert.deepEqual((await portableNetwork(again, 'best')).weights, before.weights);
  await assert.rejects(
    importNetwork({ file: `${saved}.safetensors`, origin: { like: run }, run: join(run, '..', 'no') }),
    /with 4 filters: s1b2\/conv1\/bias: expected \[4\], received none \(s1b2\.conv1\.bias\)$/,
  );
  await assert.rejects(
    importNetwork({ file: `${saved}.half.safetensors`, origin: { like: run }, run: join(run, '..', 'no') }),
    /s1b2\.conv1\.bias: expected F32, received F16/,
  );

  const fresh = join(run, '..', 'fresh');
  const own = join(like, 'best', 'weights.safetensors');
  const { notes, filters } = await importNetwork({
    ...{ file: own, origin: { config: { ...config, filters: 64, epochs: 1 } }, run: fresh },
  });
  assert.equal(filters, 4);
  assert.match(notes.join(), /what scans these weights were trained on is not known/);
  assert.deepEqual((await portableNetwork(fresh, 'best')).weights, before.weights);
  await assert.rejects(
    importNetwork({ file: own, origin: { config }, run: fresh }),
    /expected a new folder for the run, found other content/,
  );
  const records = await allRecords(train({ ...config, run: fresh, epochs: 1 }, { resume: true }));
  assert.equal(records.at(-1)?.kind, 'end');
  assert.ok(readdirSync(join(fresh, 'checkpoints')).includes('epoch-0001'));
});
