import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marksToMarkups } from '../../src/marks/slicerMarkups.js';
import { runPython } from '../python.js';

const MARKS = [
  { centerWorldMm: [-21.859, -120.536, -611.496], diameterMm: 13.75, probability: 0.91 },
  { centerWorldMm: [1e-7, 2, 3], score: 4.5 },
] as const;

/** What the published schema (markups-schema-v1.0.3) asks of the fields that are written, said again in our words. */
const REQUIRED = {
  type: 'object',
  required: ['@schema', 'markups'],
  properties: {
    '@schema': { type: 'string', pattern: 'markups-schema-v1\\.[0-9]+\\.[0-9]+\\.json#*$' },
    markups: {
      type: 'array',
      items: {
        type: 'object',
        required: ['type', 'controlPoints'],
        additionalProperties: false,
        properties: {
          type: { const: 'Fiducial' },
          name: { type: 'string' },
          coordinateSystem: { enum: ['LPS', 'RAS'] },
          coordinateUnits: { enum: ['mm', 'um'] },
          locked: { type: 'boolean' },
          fixedNumberOfControlPoints: { type: 'boolean' },
          labelFormat: { type: 'string' },
          display: {
            type: 'object',
            additionalProperties: false,
            properties: {
              visibility: { type: 'boolean' },
              pointLabelsVisibility: { type: 'boolean' },
              glyphType: { enum: ['Vertex2D', 'Cross2D', 'ThickCross2D', 'Circle2D', 'Sphere3D'] },
            },
          },
          controlPoints: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['position'],
              properties: {
                id: { type: 'string' },
                label: { type: 'string' },
                description: { type: 'string' },
                associatedNodeID: { type: 'string' },
                position: { type: 'array', items: { type: 'number' }, minItems: 3, maxItems: 3 },
                selected: { type: 'boolean' },
                locked: { type: 'boolean' },
                visibility: { type: 'boolean' },
                positionStatus: { enum: ['undefined', 'preview', 'defined'] },
              },
            },
          },
        },
      },
    },
  },
} as const;

test("marksToMarkups() writes the fields that 3D Slicer's schema names, of the types that it says", () => {
  const errors = runPython<string[]>(
    `import json, sys, jsonschema
schema, texts = json.load(sys.stdin)
print(json.dumps([e.message for text in texts for e in jsonschema.Draft7Validator(schema).iter_errors(json.loads(text))]))`,
    [REQUIRED, [marksToMarkups(MARKS, { name: 'a' }), marksToMarkups([], { name: 'none' })]],
  );
  assert.deepEqual(errors, []);
});

test('marksToMarkups() keeps the places in LPS, in the order of the marks', () => {
  const [list] = JSON.parse(marksToMarkups(MARKS, { name: 'marks of "a"' })).markups;
  assert.equal(list.name, 'marks of "a"');
  assert.deepEqual([list.coordinateSystem, list.coordinateUnits], ['LPS', 'mm']);
  assert.deepEqual(
    list.controlPoints.map(({ label, position, description }: Record<string, unknown>) => ({
      ...{ label, position, description },
    })),
    [
      {
        label: '1',
        position: [-21.859, -120.536, -611.496],
        description: 'probability 0.910, diameter 13.8 mm',
      },
      { label: '2', position: [1e-7, 2, 3], description: 'score 4.5' },
    ],
  );
  assert.throws(() => marksToMarkups([{ centerWorldMm: [Number.NaN, 0, 0] }], { name: '' }), RangeError);
});
