// Dates stand in the team's time zone, not in the one of the computer.
import { expect, test } from "vitest";
import { dateTime, shortDate } from "./time";

test("a time is shown in the zone that is asked for", () => {
  expect(dateTime("2026-03-03T23:30:00Z", "Asia/Tokyo")).toBe("4 Mar 2026, 08:30");
  expect(dateTime("2026-03-03T23:30:00Z", "America/New_York")).toBe("3 Mar 2026, 18:30");
});

test("today is a time, this year a day, else a full date, each by the zone's own midnight", () => {
  const now = new Date("2026-03-03T23:30:00Z");
  expect(shortDate("2026-03-03T22:00:00Z", "UTC", now)).toBe("22:00");
  expect(shortDate("2026-03-03T12:00:00Z", "Asia/Tokyo", now)).toBe("3 Mar");
  expect(shortDate("2025-12-31T12:00:00Z", "UTC", now)).toBe("31 Dec 2025");
});

test("a zone that the browser does not know is read as UTC", () => {
  expect(dateTime("2026-03-03T23:30:00Z", "Mars/Olympus")).toBe("3 Mar 2026, 23:30");
});
