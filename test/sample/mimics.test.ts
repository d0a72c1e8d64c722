import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MIMIC_KINDS, type Mimic } from '../../src/sample/mimics.js';
import { distance } from '../../src/sample/points.js';
import { planScan } from '../../src/sample/scanPlan.js';

const plans = Array.from({ length: 10 }, (_, index) =>
  planScan({ seed: 3, scans: 30, coarsening: 1 }, index),
);
const mimics = plans.flatMap(({ findings }) => findings.mimics);
const ofKind = (kind: Mimic['kind']): Mimic[] => mimics.filter((mimic) => mimic.kind === kind);

test('placeMimics() has every kind, none closer than 7 mm to a nodule', () => {
  for (const kind of MIMIC_KINDS) assert.ok(ofKind(kind).length >= 3, kind);
  for (const { findings } of plans)
    for (const { center, radiusMm } of findings.mimics)
      for (const nodule of findings.nodules)
        assert.ok(distance(center, nodule.center) > 6.99 + radiusMm + nodule.radiusMm);
});

test('placeMimics() makes micronodules below 3 mm, dense granulomas, faint infiltrates, flat wall bumps', () => {
  for (const { radiusMm } of ofKind('micronodule')) assert.ok(radiusMm < 1.56);
  for (const { lumps } of ofKind('granuloma')) assert.ok(lumps[0]!.valueHu >= 230);
  for (const { lumps } of ofKind('infiltrate'))
    assert.ok(lumps.length >= 2 && lumps.every(({ valueHu }) => valueHu < -400));
  for (const { lumps } of ofKind('wall bump')) {
    const [inward, along, across] = lumps[0]!.halfMm;
    assert.ok(inward < along && inward < across);
  }
});

test('placeMimics() puts plugs into airways and bumps on the wall', () => {
  for (const { findings, trees, chest } of plans)
    for (const { kind, center } of findings.mimics) {
      if (kind === 'mucus plug')
        assert.ok(
          trees.airways.some(
            ({ lumen: { from, to } }) =>
              distance(from, center) + distance(center, to) < distance(from, to) + 1e-6,
          ),
        );
      if (kind === 'wall bump' || kind === 'costochondral bump')
        assert.ok(Math.abs(chest.depthInLungMm(center)) <= 4);
    }
});
