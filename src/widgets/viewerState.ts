import type { WindowHu } from '../figures/drawing/picture.js';
import type { PlaneAxes, PlaneName } from '../figures/slices/planeAxes.js';
import type { Geometry, Vector3 } from '../volumes/voxels/volume.js';

/** What a view's page knows of any scan. */
export interface DescribedScan extends Geometry {
  readonly title: string;
  /** False for a patch whose direction nobody knows: then there are no letters, and mm count from its middle. */
  readonly oriented: boolean;
  readonly markers: readonly ViewerMarker[];
  /** Voxels are means of so many of the scan's, where all of them would be too many: in a saved page, in a volume view. */
  readonly means?: Vector3;
}

/** What a slice viewer's page knows of a scan; the voxels stay in the kernel. */
export interface ViewerScan extends DescribedScan {
  readonly planes: readonly PlaneAxes[];
  readonly presets: readonly Preset[];
  /** Markers further off a plane are not drawn in it. */
  readonly markersWithinMm: number;
}

export interface Preset extends WindowHu {
  readonly name: string;
}

/** A place to be jumped to. */
export interface ViewerMarker {
  /** Fractional voxel index. */
  readonly voxel: Vector3;
  /** 1 nodule, 0 not. */
  readonly class: number;
  readonly label: string;
}

export interface SliceRequest {
  readonly plane: PlaneName;
  /** Voxel along the plane's axis. */
  readonly level: number;
}

/** The page asks for slices; the kernel answers with the same list and one buffer (int16 HU, as seen) for each, then one of each overlay (uint8, 0 to 1 as 0 to 255). */
export interface SlicesMessage {
  readonly number: number;
  readonly slices: readonly SliceRequest[];
}

/** What is shown in a column of two volumes that are compared. */
export type ComparedColumn = 'first' | 'second' | 'difference';

/** As SlicesMessage, of one column; slices of the difference are those of the first one's grid, -32768 where there is none. */
export interface ComparedSlicesMessage extends SlicesMessage {
  readonly of: ComparedColumn;
}

/** A scan as a saved notebook keeps it: small enough for a page, and complete for a patch. */
export interface SavedVolume {
  readonly geometry: Geometry;
  /** So many voxels of the scan along each axis are one, their mean; 1, 1, 1: the voxels themselves. */
  readonly means: Vector3;
  /** Int16 differences along x (the first of a row from 0), deflated without a header, base64. */
  readonly hu: string;
  /** A byte a voxel, 0 to 1 as 0 to 255, deflated, base64. */
  readonly overlay?: string;
}

/** What a page needs for a viewer without a kernel: its state, and the voxels. */
export interface SavedViewer {
  readonly state: Readonly<Record<string, unknown>>;
  readonly volume: SavedVolume;
  /** Which the first is compared with. */
  readonly second?: SavedVolume;
}

/** A patch as a page of many keeps it. */
export interface GalleryPatch {
  readonly row: number;
  readonly class: number;
  readonly subset: number;
  readonly seriesUid: string;
  /** Of class 1; undefined where nobody has scored the row. */
  readonly probability?: number;
  /** Of the nodule; undefined where it is unknown, and for what is none. */
  readonly diameterMm?: number;
  /** As in SavedVolume. */
  readonly hu: string;
}

/** What a page with patches needs. */
export interface GalleryState {
  readonly title: string;
  /** Of the file; not all of them are here. */
  readonly rows: number;
  readonly scan: ViewerScan;
  readonly patches: readonly GalleryPatch[];
}
