import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inRepository } from '../../src/paths.js';
import { voxlab } from './voxlab.js';

const log = inRepository('data', 'gpustat', 'k80x8_2018.txt');

test('gpu convert prints 400 JSON lines of the 2018 log', () => {
  const lines = voxlab('gpu', 'convert', log)
    .stdout.trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(lines.length, 400);
  assert.equal(new Set(lines.map(({ time }) => time)).size, 25);
  assert.deepEqual(Object.keys(lines[0]), [
    'time',
    'host',
    'index',
    'uuid',
    'name',
    'utilizationPercent',
    'memoryUsedMiB',
    'memoryTotalMiB',
    'temperatureC',
    'powerW',
    'processes',
  ]);
});

test('gpu summary --json: samples, devices, mean and idle share', () => {
  const { samples, devices, meanPercent, idleShare } = JSON.parse(
    voxlab('gpu', 'summary', log, '--json').stdout,
  );
  assert.deepEqual(
    [samples, devices.length, Number(meanPercent.toFixed(3)), idleShare],
    [50, 8, 32.715, 0.345],
  );
  assert.match(voxlab('gpu', 'summary', log).stdout, /GPU 0 .*mean {2}38\.1 %/);
});

test('gpu plot writes two figures and a page; a file that is no log is a failure', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-plot-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { files } = JSON.parse(voxlab('gpu', 'plot', log, '--out', folder, '--json').stdout);
  assert.match(readFileSync(files.usage, 'utf8'), /^<svg .*GPU utilisation/);
  assert.match(readFileSync(files.memory, 'utf8'), /^<svg .*GPU memory/);
  assert.match(readFileSync(files.page, 'utf8').slice(0, 100), /^<!doctype html>/);
  const { status, stdout, stderr } = voxlab('gpu', 'summary', inRepository('LICENSE'), '--json');
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, /LICENSE: expected a log of GPU use/);
});
