// Draws images/frames.svg: the same place in a scan as LUNA16's most are stored, and in one that is flipped in x and y.
import { writeFileSync } from 'node:fs';
import { frameFigure, inRepository } from 'voxlab';

const centerWorldMm = [-62.5, 48, -210];
const grid = { size: [512, 512, 240], spacingMm: [0.7, 0.7, 1.25] };
const figure = frameFigure([
  {
    name: 'x and y as the world',
    centerWorldMm,
    geometry: { ...grid, originMm: [-178.9, -178.9, -340], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
  },
  {
    name: 'flipped: voxel axes run against the world',
    centerWorldMm,
    geometry: { ...grid, originMm: [178.8, 178.8, -340], direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1] },
  },
]);
writeFileSync(inRepository('images', 'frames.svg'), figure.svg());
