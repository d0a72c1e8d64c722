/** A time in ISO 8601 as milliseconds; one without zone is read as UTC and written as UTC, so that it stays as it is. */
export function millisecondsOf(time: string): number {
  return Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(time) ? time : `${time}Z`);
}
