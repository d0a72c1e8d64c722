/** The parts of a date and a clock as a log has them, in digits. */
export interface TimeParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Digits behind the second's point, as written. */
  readonly fraction?: string | undefined;
  /** `Z` or `+02:00`; none = local time. */
  readonly zone?: string | undefined;
}

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?$/;
const NVIDIA_SMI = /^(\d{4})\/(\d{2})\/(\d{2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?$/;

/** ISO 8601; undefined for what the calendar or the clock does not have. */
export function isoTime(parts: TimeParts): string | undefined {
  const { year, month, day, hour, minute, second, fraction, zone } = parts;
  const whole =
    year >= 1970 &&
    year <= 9999 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysOf(year, month) &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!whole) return undefined;
  const date = `${year}-${two(month)}-${two(day)}`;
  const clock = `${two(hour)}:${two(minute)}:${two(second)}`;
  return `${date}T${clock}${fraction === undefined ? '' : `.${fraction}`}${zone ?? ''}`;
}

/** A time in ISO 8601 (a blank may stand for the T), checked; undefined for any other text. */
export function parseIsoTime(text: string): string | undefined {
  return timeOf(ISO.exec(text));
}

/** `2018/10/11 04:16:20.123` of nvidia-smi's tables, or ISO 8601. */
export function parseTableTime(text: string): string | undefined {
  return timeOf(NVIDIA_SMI.exec(text)) ?? parseIsoTime(text);
}

/** Seconds since 1970 as ISO 8601 in UTC, to the millisecond. */
export function timeOfEpoch(seconds: number): string | undefined {
  const milliseconds = Math.round(seconds * 1000);
  if (!(milliseconds > 0 && milliseconds < 253402300800000)) return undefined;
  return new Date(milliseconds).toISOString();
}

function timeOf(match: RegExpExecArray | null): string | undefined {
  if (match === null) return undefined;
  const [year, month, day, hour, minute] = match.slice(1, 6).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const zone = match[8] === undefined || match[8] === 'Z' ? match[8] : withColon(match[8]);
  return isoTime({
    ...{ year, month, day, hour, minute },
    ...{ second: Number(match[6] ?? 0), fraction: match[7], zone },
  });
}

function withColon(zone: string): string {
  return zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
