import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnRemedy } from '../../src/candidates/columnRemedy.js';

test('columnRemedy() gives the --columns of names that can be meant once, and says where the user has to', () => {
  const remedy = (header: string, columns = {}): string => columnRemedy(header.split(','), columns);
  for (const [header, flag] of [
    ['Series UID,X,Y,Z,Class', 'seriesuid=Series UID,coordX=X,coordY=Y,coordZ=Z,class=Class'],
    [
      'scan_id,pos_x,pos_y,pos_z,is_nodule',
      'seriesuid=scan_id,coordX=pos_x,coordY=pos_y,coordZ=pos_z,class=is_nodule',
    ],
    ['SERIESUID,COORDX,coordY,coordZ,class', 'seriesuid=SERIESUID,coordX=COORDX'],
    ['seriesuid,x,world_x,coordY,coordZ,class', 'coordX=NAME'],
    ['seriesuid,a,b,c,class', 'coordX=NAME,coordY=NAME'],
  ] as const)
    assert.ok(remedy(header).startsWith(`say the table's own names: --columns ${flag}`), remedy(header));
  assert.equal(
    remedy('uid,x,y,z,label', { coordX: 'x', class: 'malignant' }),
    "say the table's own names: --columns coordX=x,seriesuid=uid,coordY=y,coordZ=z,class=label",
    'what was given and is there stays',
  );
});

test('columnRemedy() knows annotations.csv, and a table of another separator', () => {
  assert.match(
    columnRemedy(['seriesuid', 'coordX', 'coordY', 'coordZ', 'diameter_mm'], {}),
    /annotations\.csv, nodules without a class: expected its candidates_V2\.csv/,
  );
  assert.match(columnRemedy(['seriesuid|coordX'], {}), /commas, semicolons or tabs/);
});
