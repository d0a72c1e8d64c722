import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesField, doubleField, floatField, message, numberField } from '../../src/tensorflow/protobuf.js';
import { runPython } from '../python.js';

test("fields of every kind are what Python's protobuf reads, numbers below 0 and above 2^32 included", () => {
  const numbers = [0, 1, 127, 128, 300, 2 ** 31, 2 ** 35 + 5, Number.MAX_SAFE_INTEGER, -1, -(2 ** 40)];
  const bytes = message(
    ...numbers.map((value) => numberField(3, value)),
    bytesField(1, 'é'.repeat(100)),
    floatField(4, 0.1),
    doubleField(5, 0.1),
    bytesField(20, bytesField(1, 'inner')),
  );
  const answer = runPython<Record<string, unknown>>(
    `import json, sys
from google.protobuf import descriptor_pb2 as d, descriptor_pool, message_factory
f = d.FileDescriptorProto(name='t.proto', syntax='proto2')
m = f.message_type.add(name='M')
kinds = dict(text=(1, 9), number=(3, 3), single=(4, 2), double=(5, 1), inner=(20, 11))
for name, (number, kind) in kinds.items():
    m.field.add(name=name, number=number, type=kind, label=3 if name == 'number' else 1, **({'type_name': '.M'} if kind == 11 else {}))
pool = descriptor_pool.DescriptorPool(); pool.Add(f)
M = message_factory.GetMessageClass(pool.FindMessageTypeByName('M'))
x = M.FromString(bytes(json.load(sys.stdin)))
print(json.dumps(dict(text=x.text, number=[str(n) for n in x.number], single=x.single, double=x.double, inner=x.inner.text)))`,
    [...bytes],
  );
  assert.deepEqual(answer, {
    text: 'é'.repeat(100),
    number: numbers.map(String),
    single: Math.fround(0.1),
    double: 0.1,
    inner: 'inner',
  });
});
