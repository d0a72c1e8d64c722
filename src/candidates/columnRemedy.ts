import { CANDIDATE_COLUMNS, type CandidateColumn, type TableFormat } from './tableFormat.js';

/** Names that other tables give to LUNA16's columns, in lower case without spaces, - and _. */
const OTHER_NAMES: Readonly<Record<CandidateColumn | 'probability', RegExp>> = {
  seriesuid: /^(series)?(instance)?uid$|^scan(id|uid)?$/,
  coordX: axisNames('x'),
  coordY: axisNames('y'),
  coordZ: axisNames('z'),
  class: /^(class|label|target|(is)?nodule)$/,
  probability: /^(p|prob|score|confidence|likelihood|(cad|nodule)?probability|logit|prediction)$/,
};

function axisNames(axis: string): RegExp {
  return new RegExp(
    `^(coord|coordinate|pos|position|world|cent(er|re))?${axis}(mm)?$|^${axis}(coord|pos|world|cent(er|re))?(mm)?$`,
  );
}

/** What to do about a candidate table that lacks a column, by the columns that it has. */
export function columnRemedy(header: readonly string[], columns: TableFormat['columns']): string {
  const isThere = (column: CandidateColumn): boolean => header.includes(columns[column] ?? column);
  const missing = CANDIDATE_COLUMNS.filter((column) => !isThere(column));
  if (header.length === 1) return 'the columns of a table are separated by commas, semicolons or tabs';
  if (missing.join() === 'class' && header.includes('diameter_mm'))
    return "this looks like LUNA16's annotations.csv, nodules without a class: expected its candidates_V2.csv (CSV_PATH)";
  const given = Object.entries(columns).map(([column, name]) => [column, name] as const);
  const pairs = [
    ...given.filter(([column]) => !missing.some((each) => each === column)),
    ...missing.map((column) => [column, guessOf(column, header) ?? 'NAME'] as const),
  ];
  return `say the table's own names: --columns ${pairs.map(([column, name]) => `${column}=${name}`).join(',')}`;
}

/** The only column of a table that can be meant. */
export function guessOf(
  column: CandidateColumn | 'probability',
  header: readonly string[],
): string | undefined {
  const meant = header.filter((name) => OTHER_NAMES[column].test(name.toLowerCase().replace(/[\s_-]/g, '')));
  return meant.length === 1 && !meant[0]!.includes(',') ? meant[0] : undefined;
}
