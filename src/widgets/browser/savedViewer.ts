import { differenceSlice } from '../../figures/slices/differenceSlice.js';
import type { Volume, VoxelArray } from '../../volumes/voxels/volume.js';
import { axesOf } from '../viewerSlices.js';
import type {
  ComparedSlicesMessage,
  SavedViewer,
  SavedVolume,
  SlicesMessage,
  ViewerScan,
} from '../viewerState.js';
import comparison from './compareViewer.js';
import { element, savedParts } from './elements.js';
import { bytesOf, cutSlices, savedModel, valuesOf, viewOf } from './savedModel.js';
import viewer from './sliceViewer.js';

interface SavedGrid {
  readonly hu: Volume;
  readonly overlay: Volume | undefined;
}

async function open(picture: Element, data: Element): Promise<void> {
  const saved: SavedViewer & { style: string } = JSON.parse(data.textContent ?? '');
  const [first, second] = [await gridOf(saved.volume), saved.second && (await gridOf(saved.second))];
  const el = element('div', { class: 'voxlab-saved' });
  document.head.append(element('style', {}, saved.style));
  picture.replaceWith(el);
  const state = { ...saved.state };
  if (second !== undefined)
    comparison.render({ model: savedModel(state, comparedSlices(state, first, second)), el });
  else {
    const model = savedModel(state, cutSlices(state.scan as ViewerScan, first.hu, first.overlay));
    viewer.render({ model, el });
  }
}

async function gridOf({ geometry, hu, overlay }: SavedVolume): Promise<SavedGrid> {
  const onGrid = (values: VoxelArray): Volume => ({ ...geometry, data: values });
  return {
    hu: onGrid(valuesOf(await bytesOf(hu), geometry.size[0])),
    overlay: overlay === undefined ? undefined : onGrid(await bytesOf(overlay)),
  };
}

/** Of what is saved: where that are means, the difference is one of means. */
function comparedSlices(state: Record<string, unknown>, first: SavedGrid, second: SavedGrid) {
  const [one, other] = state.scans as readonly [ViewerScan, ViewerScan];
  return (message: SlicesMessage): DataView[] => {
    const { of, slices } = message as ComparedSlicesMessage;
    if (of === 'second') return cutSlices(other, second.hu, second.overlay)(message);
    if (of === 'first') return cutSlices(one, first.hu, first.overlay)(message);
    return slices.map((slice) =>
      viewOf(differenceSlice(first.hu, second.hu, axesOf(one, slice), slice.level)),
    );
  };
}

const parts = savedParts();
// Where it cannot be opened, by an older browser, the picture stays.
if (parts !== undefined) void open(parts.picture, parts.data);
