// Dates as people read them, in the team's time zone.
const cache = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let format = cache.get(key);
  if (format === undefined) {
    format = made(zone, options);
    cache.set(key, format);
  }
  return format;
}

/** A browser that does not know a zone throws; a time in UTC is better than no page. */
function made(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" });
  }
}

/** “3 Mar 2026, 14:02”. */
export function dateTime(at: string, zone: string): string {
  return format(zone, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}

/** The time for today, the day for this year, else day and year. */
export function shortDate(at: string, zone: string, now: Date = new Date()): string {
  const date = new Date(at);
  const day = format(zone, { day: "numeric", month: "short", year: "numeric" });
  if (day.format(date) === day.format(now)) return format(zone, { hour: "2-digit", minute: "2-digit" }).format(date);
  const year = format(zone, { year: "numeric" });
  return year.format(date) === year.format(now) ? format(zone, { day: "numeric", month: "short" }).format(date) : day.format(date);
}
