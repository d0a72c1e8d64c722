import { decimalNumber } from '../../decimal.js';
import { parseTableTime } from './logTime.js';
import type { SmiField } from './smiField.js';
import { isUnknown, leadingNumber } from './tableCells.js';

type Rows = readonly (readonly string[])[];
interface Column {
  readonly at: number;
  readonly cells: readonly string[];
}

const UUID = /^(?:GPU|MIG)-[0-9a-f-]{8,}/i;
const BUS = /^[0-9A-F]{4,8}:[0-9A-F]{2}:[0-9A-F]{2}\.\d$/i;
const DRIVER = /^\d{3}\.\d{2}(?:\.\d+)?$/;
const NUMBER = /^\d+(?:\.\d+)?$/;

/**
 * What the columns of a table without a header are, as far as units and values say it: two columns in per cent may be fan and
 * utilisation or utilisation and memory, and stay unknown. Undefined where neither utilisation nor memory can be told.
 */
export function guessColumns(rows: Rows): (SmiField | undefined)[] | undefined {
  const width = rows[0]!.length;
  const even = rows.filter((cells) => cells.length === width);
  const columns = Array.from({ length: width }, (_, at) => ({
    at,
    cells: even.map((cells) => cells[at]!).filter((cell) => !isUnknown(cell)),
  })).filter(({ cells }) => cells.length > 0);
  const fields: (SmiField | undefined)[] = Array(width).fill(undefined);
  const rest = takeByPattern(columns, fields);
  const bare = rest.filter(({ cells }) => cells.every((cell) => NUMBER.test(cell)));
  const withUnits = rest.some(({ cells }) => cells.every((cell) => /^\S+ (?:%|MiB|W)$/.test(cell)));
  const index = bare.find(isIndex);
  if (index !== undefined) fields[index.at] = 'index';
  if (withUnits) takeByUnit(rest, fields);
  else
    takeByValue(
      bare.filter((column) => column !== index),
      fields,
    );
  if (usedIsFree(even, fields)) fields[fields.indexOf('memory.used')] = undefined;
  return fields.includes('utilization.gpu') || fields.includes('memory.used') ? fields : undefined;
}

/** A program that computes has some hundred megabytes on its device. */
const LEAST_AT_WORK_MIB = 50;
/** So much of the total more at rest than at work: memory that is free. */
const MORE_AT_REST = 0.1;

/** Whether what was taken for memory in use is less at work than at rest, so that it can only be what is free. */
function usedIsFree(rows: Rows, fields: readonly (SmiField | undefined)[]): boolean {
  const [utilization, used, total] = (['utilization.gpu', 'memory.used', 'memory.total'] as const).map(
    (field) => fields.indexOf(field),
  ) as [number, number, number];
  if (utilization < 0 || used < 0) return false;
  const values = rows
    .map((cells) => [utilization, used, total].map((at) => leadingNumber(cells[at])))
    .filter(([percent, mebibytes]) => percent! >= 0 && mebibytes! >= 0);
  const [atWork, atRest] = [
    values.filter(([percent]) => percent! > 0),
    values.filter(([percent]) => percent === 0),
  ];
  if (atWork.some(([, mebibytes]) => mebibytes! < LEAST_AT_WORK_MIB)) return true;
  const mean = (some: readonly number[][]): number =>
    some.reduce((sum, [, each]) => sum + each!, 0) / some.length;
  const most = Math.max(...values.map(([, mebibytes, all]) => all! || mebibytes!));
  return mean(atRest) - mean(atWork) > MORE_AT_REST * most;
}

/** Fields that are known by their look; gives the other columns. */
function takeByPattern(columns: readonly Column[], fields: (SmiField | undefined)[]): readonly Column[] {
  return columns.filter(({ at, cells }) => {
    const all = (test: (cell: string) => boolean): boolean => cells.every(test);
    if (all((cell) => parseTableTime(cell) !== undefined)) fields[at] = 'timestamp';
    else if (all((cell) => UUID.test(cell))) fields[at] = 'uuid';
    else if (all((cell) => BUS.test(cell))) fields[at] = 'pci.bus_id';
    else if (
      all(
        (cell) =>
          /[A-Za-z]{2}/.test(cell) &&
          !/^[\d.]+ MiB$/.test(cell) &&
          !/^(?:P\d+|Enabled|Disabled|Default)$/.test(cell),
      )
    )
      fields[at] ??= fields.includes('name') ? undefined : 'name';
    else return !all((cell) => DRIVER.test(cell)) || new Set(cells).size > 1;
    return false;
  });
}

/** Counts up from row to row and begins anew: 0 1 2 3 0 1 2 3, or the same small number where one GPU was asked for. */
function isIndex({ cells }: Column): boolean {
  const numbers = cells.map(decimalNumber);
  const round = numbers.findIndex((value, at) => at > 0 && value <= numbers[at - 1]!);
  const length = round < 0 ? numbers.length : round;
  const rising = numbers.slice(0, length).every((value, at) => at === 0 || value === numbers[at - 1]! + 1);
  return (
    rising &&
    numbers[0]! < 64 &&
    numbers.every((value, at) => Number.isInteger(value) && value === numbers[at % length])
  );
}

function takeByUnit(columns: readonly Column[], fields: (SmiField | undefined)[]): void {
  const of = (unit: string): Column[] =>
    columns.filter(({ cells }) => cells.every((cell) => cell.endsWith(` ${unit}`)));
  takeOnly(of('%'), 'utilization.gpu', fields);
  takeUsedAndTotal(of('MiB'), fields);
  const watts = of('W');
  // A limit does not move.
  const drawn = watts.length > 1 ? watts.filter(({ cells }) => new Set(cells).size > 1) : watts;
  takeOnly(drawn, 'power.draw', fields);
}

/** Numbers alone: per cents up to 100, memory above; where several could be it, none is. */
function takeByValue(columns: readonly Column[], fields: (SmiField | undefined)[]): void {
  const greatest = ({ cells }: Column): number => Math.max(...cells.map(decimalNumber));
  takeOnly(
    columns.filter((column) => greatest(column) <= 100),
    'utilization.gpu',
    fields,
  );
  takeUsedAndTotal(
    columns.filter((column) => greatest(column) > 1000),
    fields,
  );
}

function takeOnly(columns: readonly Column[], field: SmiField, fields: (SmiField | undefined)[]): void {
  if (columns.length === 1) fields[columns[0]!.at] = field;
}

/** Of two, the one that never moves and is never less is the total; of three, used and free cannot be told apart. */
function takeUsedAndTotal(columns: readonly Column[], fields: (SmiField | undefined)[]): void {
  takeOnly(columns, 'memory.used', fields);
  if (columns.length !== 2) return;
  const values = columns.map(({ cells }) => cells.map(leadingNumber));
  for (const [used, total] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const greater = values[total]!.every((value, row) => value >= (values[used]![row] ?? 0));
    if (!greater || values[total]!.every((value, row) => value === values[used]![row])) continue;
    fields[columns[used]!.at] = 'memory.used';
    fields[columns[total]!.at] = 'memory.total';
  }
}
