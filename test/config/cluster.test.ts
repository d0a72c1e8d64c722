import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterOf, hostsOf, placeOnHost } from '../../src/config/cluster.js';
import { UsageError } from '../../src/errors.js';

test('clusterOf(): a process alone has none', () => {
  assert.equal(clusterOf({}, {}), undefined);
  assert.equal(clusterOf({}, { SLURM_NTASKS: '1', SLURM_STEP_NODELIST: 'a' }), undefined);
  assert.equal(clusterOf({ cluster: 'a:1', rank: 0 }, {}), undefined);
});

test('clusterOf(): flags go before TF_CONFIG; the rank may be that of MPI or Slurm', () => {
  const TF_CONFIG = JSON.stringify({
    cluster: { worker: ['x:1', 'y:1'] },
    task: { type: 'worker', index: 1 },
  });
  assert.deepEqual(clusterOf({}, { TF_CONFIG }), { addresses: ['x:1', 'y:1'], rank: 1 });
  assert.deepEqual(clusterOf({ cluster: 'a:1, b:2', rank: 1 }, { TF_CONFIG }), {
    addresses: ['a:1', 'b:2'],
    rank: 1,
  });
  for (const name of ['OMPI_COMM_WORLD_RANK', 'PMI_RANK', 'PMIX_RANK', 'SLURM_PROCID'])
    assert.equal(clusterOf({ cluster: 'a:1,b:2' }, { [name]: '1' })!.rank, 1);
  const chief = { cluster: { chief: ['c:1'], worker: ['x:1'] }, task: { type: 'worker', index: 0 } };
  assert.deepEqual(clusterOf({}, { TF_CONFIG: JSON.stringify(chief) }), {
    addresses: ['c:1', 'x:1'],
    rank: 1,
  });
});

test("clusterOf(): Slurm's variables give hosts in order and two ports for each task of a host", () => {
  assert.deepEqual(
    clusterOf(
      {},
      {
        SLURM_NTASKS: '3',
        SLURM_PROCID: '2',
        SLURM_STEP_NODELIST: 'gpu[07-08]',
        SLURM_STEP_TASKS_PER_NODE: '2,1',
      },
    ),
    { addresses: ['gpu07:29400', 'gpu07:29402', 'gpu08:29400'], rank: 2 },
  );
  assert.deepEqual(hostsOf('gpu[01-03,7],login,n[2]x'), ['gpu01', 'gpu02', 'gpu03', 'gpu7', 'login', 'n2x']);
});

test('clusterOf(): what does not fit is named', () => {
  const refuses = (
    flags: Parameters<typeof clusterOf>[0],
    env: Record<string, string>,
    reason: RegExp,
  ): void =>
    assert.throws(
      () => clusterOf(flags, env),
      (error) => error instanceof UsageError && reason.test(error.message),
    );
  refuses({ rank: 1 }, {}, /--rank: expected --cluster too/);
  refuses({ cluster: 'a:1,b:2' }, {}, /expected --rank too/);
  refuses({ cluster: 'a:1,b', rank: 0 }, {}, /expected host:port.*received "b"/);
  refuses({ cluster: 'a:1,a:1', rank: 0 }, {}, /an address of its own/);
  refuses({ cluster: 'a:1,b:1', rank: 2 }, {}, /a rank from 0 to 1, received 2/);
  refuses({}, { TF_CONFIG: '{' }, /TF_CONFIG: expected JSON/);
  for (const wrong of [
    '{}',
    'null',
    '[]',
    '{"cluster": {}, "task": {"index": 0}}',
    '{"cluster": {"worker": [1, 2]}}',
  ])
    refuses({}, { TF_CONFIG: wrong }, /TF_CONFIG: expected \{"cluster"/);
});

test('placeOnHost(): the processes of a host are counted by their addresses', () => {
  const addresses = ['a:1', 'b:1', 'b:3', 'a:3', 'b:5'];
  const places = addresses.map((_, rank) => placeOnHost({ addresses, rank }));
  assert.deepEqual(
    places.map(({ index, count }) => `${index} of ${count}`),
    ['0 of 2', '0 of 3', '1 of 3', '1 of 2', '2 of 3'],
  );
});
