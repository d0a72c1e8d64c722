import type { Volume, VoxelArray } from '../../volumes/volume.js';
import type { SavedViewer } from '../viewerState.js';
import { element, savedParts } from './elements.js';
import { bytesOf, savedModel, valuesOf } from './savedModel.js';
import viewer from './sliceViewer.js';

async function open(picture: Element, data: Element): Promise<void> {
  const { state, volume, style } = JSON.parse(data.textContent ?? '') as SavedViewer & { style: string };
  const { geometry } = volume;
  const onGrid = (values: VoxelArray): Volume => ({ ...geometry, data: values });
  const hu = onGrid(valuesOf(await bytesOf(volume.hu), geometry.size[0]));
  const overlay = volume.overlay === undefined ? undefined : onGrid(await bytesOf(volume.overlay));
  const el = element('div', { class: 'voxlab-saved' });
  document.head.append(element('style', {}, style));
  picture.replaceWith(el);
  viewer.render({ model: savedModel({ ...state }, hu, overlay), el });
}

const parts = savedParts();
// Where it cannot be opened, by an older browser, the picture stays.
if (parts !== undefined) void open(parts.picture, parts.data);
