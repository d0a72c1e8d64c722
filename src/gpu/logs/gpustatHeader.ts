import { detached } from './detached.js';
import { headerTime } from './headerTime.js';
import { isoTime } from './logTime.js';

export interface GpustatHeader {
  readonly host: string;
  readonly time: string;
}

/** `host  Thu Oct 11 04:16:20 2018` as most logs have it; in gpustat 0.6 and 1.x with the driver's version behind it. */
const ENGLISH =
  /^(\S+)\s+(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s+((?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+\d{1,2})\s+((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)\s+(\d{4})(?:\s+(?:\d+\.[\d.]+|None))?\s*$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Two blanks stand between gpustat's columns; the time has one at most, except before a day of one digit. */
const ANY = /^(\S+)\s{2,}(\S.*?)(?:\s{2,}(?:\d{2,4}\.[\d.]+|None))?\s*$/;

/** A block's first line: host and time in the language of the machine that wrote it. Undefined for any other line. */
export function gpustatHeader(line: string): GpustatHeader | undefined {
  const english = ENGLISH.exec(line);
  if (english !== null) return englishHeader(english);
  if (!/\d/.test(line) || line.length > 300) return undefined;
  const parts = ANY.exec(line);
  if (parts === null) return undefined;
  const time = headerTime(parts[2]!);
  return time === undefined ? undefined : { host: detached(parts[1]!), time };
}

/** What a log repeats from block to block: the text it was read from, and what it says. */
const repeated = { host: '', dayText: '', date: undefined as string | undefined };

function englishHeader(match: RegExpExecArray): GpustatHeader | undefined {
  const dayText = `${match[4]} ${match[2]}`;
  if (dayText !== repeated.dayText) {
    repeated.dayText = dayText;
    repeated.date = dateOf(Number(match[4]), match[2]!);
  }
  if (repeated.date === undefined) return undefined;
  // Not the match itself: it is a slice, and would keep the whole piece of the log alive.
  if (match[1] !== repeated.host) repeated.host = detached(match[1]!);
  return { host: repeated.host, time: `${repeated.date}T${match[3]}` };
}

function dateOf(year: number, monthAndDay: string): string | undefined {
  const month = MONTHS.indexOf(monthAndDay.slice(0, 3)) + 1;
  const day = Number(monthAndDay.slice(3));
  return isoTime({ ...{ year, month, day }, ...{ hour: 0, minute: 0, second: 0 } })?.slice(0, 10);
}
