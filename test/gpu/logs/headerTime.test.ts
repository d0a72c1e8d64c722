import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerTime } from '../../../src/gpu/logs/headerTime.js';

// As strftime's %c of glibc 2.36 prints them.
const TIMES: readonly (readonly [text: string, time: string])[] = [
  ['Tue 04 Mar 2025 12:00:01 PM UTC', '2025-03-04T12:00:01Z'],
  ['Thu 08 May 2025 12:05:54 AM', '2025-05-08T00:05:54'],
  ['2025-03-04 12:00:00', '2025-03-04T12:00:00'],
  ['Do 06 Mär 2025 13:03:56 CET', '2025-03-06T13:03:56'],
  ['jeu. 06 mars 2025 13:03:56', '2025-03-06T13:03:56'],
  ['mar 04 nov 2025 01:02:03', '2025-11-04T01:02:03'],
  ['gio 8 mag 2025, 00:05:54', '2025-05-08T00:05:54'],
  ['dijous, 6 de març de 2025, 13:03:56', '2025-03-06T13:03:56'],
  ['2025. márc. 6., csütörtök, 13:03:56', '2025-03-06T13:03:56'],
  ['to  6. maaliskuuta 2025 13.03.56', '2025-03-06T13:03:56'],
  ['tor  6 mar 2025 13:03:56', '2025-03-06T13:03:56'],
  ['to. 06. mars 2025 kl. 13.03', '2025-03-06T13:03'],
  ['Чт 06 мар 2025 13:03:56', '2025-03-06T13:03:56'],
  [' 6.03.2025 (чт) 13:03:56', '2025-03-06T13:03:56'],
  ['Πεμ 08 Μαΐ 2025 12:05:54 πμ', '2025-05-08T00:05:54'],
  ['Prş 06 Mar 2025 13:03:56', '2025-03-06T13:03:56'],
  ['2025年03月06日 13時03分56秒', '2025-03-06T13:03:56'],
  ['2025년 03월 06일 (목) 오후 01시 03분 56초', '2025-03-06T13:03:56'],
  ['06 مار, 2025 01:03:56 م', '2025-03-06T13:03:56'],
  ['गुरुवार 06 मार्च 2025 01:03:56 अपराह्न', '2025-03-06T13:03:56'],
];

test('headerTime() reads the times of any language', () => {
  for (const [text, time] of TIMES) assert.equal(headerTime(text), time, text);
});

test('headerTime() gives no time where a part cannot be told for certain', () => {
  for (const text of [
    'Tue Mar  4 12:00:0',
    '04/03/2025 12:00:00',
    'Kam 06 Mar 2025 01:03:56', // Indonesian: twelve hours, and no word for the half
    'Kamiisi, Ciggilta Kudo  6, 2025  1:03:56 carra',
    '2025-02-30 12:00:00',
    '2025-03-04 25:00:00',
    'Tue 04 Xyz 2025 12:00:00',
  ])
    assert.equal(headerTime(text), undefined, text);
});
