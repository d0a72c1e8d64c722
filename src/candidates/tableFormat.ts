/** What a candidate table must say, by LUNA16's names of its columns. */
export const CANDIDATE_COLUMNS = ['seriesuid', 'coordX', 'coordY', 'coordZ', 'class'] as const;
/** The columns of a candidate table by their own names. */
export type CandidateColumn = (typeof CANDIDATE_COLUMNS)[number];

/** World positions as ITK and LUNA16 have them (lps) or as NIfTI's tools (ras: x and y negated), in mm; or voxel indices from 0. */
export const COORDINATES = ['lps', 'ras', 'voxel'] as const;
/** What a table's numbers mean. */
export type Coordinates = (typeof COORDINATES)[number];

/** How a candidate table is read. */
export interface TableFormat {
  /** Columns that have another name in the table. */
  readonly columns: Readonly<Partial<Record<CandidateColumn, string>>>;
  readonly coordinates: Coordinates;
}

export const LUNA16_FORMAT: TableFormat = { columns: {}, coordinates: 'lps' };
