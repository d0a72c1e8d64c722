/** A curve of a lane; null = a gap. */
export interface LaneCurve {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  readonly color: string;
}

/** Between two curves. */
export interface LaneBand {
  readonly name: string;
  readonly x: readonly number[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  readonly color: string;
}

/** A narrow chart over the axis that all panels share. */
export interface LanePanel {
  readonly kind: 'lane';
  /** Stands in front of the lane. */
  readonly label: string;
  readonly unit: string;
  readonly range: readonly [number, number];
  readonly curves: readonly LaneCurve[];
  readonly bands?: readonly LaneBand[];
  /** A line across, such as the memory there is. */
  readonly limit?: number;
  readonly height?: number;
}

/** One row of a heat map: values of columns, each from one x up to the next. */
export interface HeatRow {
  readonly label: string;
  /** Null = nothing is known. */
  readonly values: readonly (number | null)[];
}

/** Rows that share their columns: those of one host. */
export interface HeatRows {
  /** Where columns begin and end: one more than there are values. */
  readonly edges: readonly number[];
  readonly rows: readonly HeatRow[];
}

/** All devices of each host as rows of coloured cells. */
export interface HeatPanel {
  readonly kind: 'heat';
  readonly label: string;
  readonly unit: string;
  readonly range: readonly [number, number];
  readonly hosts: readonly HeatRows[];
}

/** One panel of a figure over time. */
export type Panel = LanePanel | HeatPanel;

/** Panels one above the other over one axis, as plain data. */
export interface PanelSpec {
  readonly title: string;
  readonly x: {
    readonly title: string;
    /** date: milliseconds as millisecondsOf(). */
    readonly type: 'date' | 'linear';
    readonly range: readonly [number, number];
  };
  readonly panels: readonly Panel[];
  /** Lines across all panels at a moment: where an epoch ended. */
  readonly marks?: readonly { readonly x: number; readonly label: string }[];
  /** What they show, in sentences with numbers; default: what each row and lane shows. */
  readonly says?: readonly string[];
}
