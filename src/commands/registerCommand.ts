import type { Command } from 'commander';

/** A command: its file exports one of these; `program.ts` lists them in the order of the data. */
export type RegisterCommand = (program: Command) => void;
