/** One kind of attack, which is made again and again, each time another way. */
export interface Campaign {
  readonly name: string;
  /** What --disturb chooses from. */
  readonly disturbances?: readonly string[];
  /** Makes what it needs below `folder`, its own; of its disturbances these alone, where some are named. */
  open(folder: string, disturbances?: readonly string[]): Promise<OpenCampaign>;
}

export interface OpenCampaign {
  /** Some cases, all decided by `seed`: a minute at most. */
  turn(seed: number): Promise<Turn>;
  /** Ends what it started; may say what only the whole shows. */
  close(): Promise<Closing>;
}

export interface Closing {
  readonly lines: readonly string[];
  readonly faults: readonly Fault[];
}

/** What came of a turn. */
export interface Turn {
  readonly cases: number;
  readonly faults: readonly Fault[];
  /** Cases by what became of them, for the table. */
  readonly outcomes: Readonly<Record<string, number>>;
}

/** Something that must not be. */
export interface Fault {
  /** One line. */
  readonly what: string;
  /** What a developer needs to see it again: text, or bytes, by file name. */
  readonly evidence: Readonly<Record<string, string | Uint8Array>>;
}
