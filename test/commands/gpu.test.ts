import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  const { samples, devices, meanPercent, idleShare, findings } = JSON.parse(
    voxlab('gpu', 'summary', log, '--json').stdout,
  );
  assert.match(findings[1].text, /stand still 34\.5 % of the time, together/);
  assert.deepEqual(
    [samples, devices.length, Number(meanPercent.toFixed(3)), idleShare],
    [50, 8, 32.715, 0.345],
  );
  const { stdout } = voxlab('gpu', 'summary', log);
  assert.match(stdout, /GPU 0 .*mean {2}38\.1 %.*longest idle 1\.0 s, at most 10960 of 11441 MiB/);
  assert.match(stdout, /findings\n {2}- 4 of 8 GPUs were never used: GPU 4 to 7\n/);
});

test('gpu plot writes three pictures as SVG and PNG, and a page; a file that is no log is a failure', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-plot-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { files } = JSON.parse(voxlab('gpu', 'plot', log, '--out', folder, '--json').stdout);
  assert.match(readFileSync(files.usage, 'utf8'), /^<svg .*GPU utilisation/);
  assert.match(readFileSync(files.memory, 'utf8'), /^<svg .*GPU memory over time/);
  assert.match(readFileSync(files.memoryUse, 'utf8'), /^<svg .*GPU memory, the most/);
  for (const name of ['usagePng', 'memoryPng', 'memoryUsePng'])
    assert.equal(readFileSync(files[name]).toString('latin1', 1, 4), 'PNG');
  assert.match(readFileSync(files.page, 'utf8'), /<li>the 4 GPUs in use stand still 34\.5 %/);
  assert.match(readFileSync(files.page, 'utf8').slice(0, 100), /^<!doctype html>/);
  const { status, stdout, stderr } = voxlab('gpu', 'summary', inRepository('LICENSE'), '--json');
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, /LICENSE: expected a log of GPU use/);
});

test('gpu summary keeps two hosts of one log apart, and names the lines that are left out', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-hosts-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'hosts.txt');
  const block = (host: string, second: number, percent: number) =>
    `${host}  Tue Mar  4 12:00:0${second} 2025  550.54.15\n[0] T4 | 40°C,  ${percent} % |  100 / 15360 MB |\n`;
  writeFileSync(file, `words\n${block('node1', 0, 90)}${block('node2', 0, 10)}`);
  const { stdout, stderr } = voxlab('gpu', 'summary', file);
  assert.match(stdout, /node1 GPU 0 .*mean {2}90\.0 %[\s\S]*node2 GPU 0 .*mean {2}10\.0 %/);
  assert.match(stderr, /note: 1 lines .*\(1\); line 1: neither a header/);
});
