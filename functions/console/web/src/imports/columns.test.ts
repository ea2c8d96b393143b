// The mapping of columns: what was found, what was chosen, and what collides.
import { describe, expect, test } from "vitest";
import { among, choose, collisions, fieldOf, reasonOf, type Column } from "./columns";

const COLUMNS: Column[] = [
  { header: "Vorname", field: "firstName", by: "synonym" },
  { header: "E-Mail", field: "primaryEmail", by: "synonym" },
  { header: "E-Mail 2", field: "emails", by: "google" },
  { header: "Kundennummer", field: null, by: "ignored" },
];

describe("columns", () => {
  test("a choice stands over what was found", () => {
    const chosen = choose(COLUMNS, {}, "Kundennummer", "directorySyncId");
    expect(chosen).toEqual({ Kundennummer: "directorySyncId" });
    expect(COLUMNS.map((column) => fieldOf(column, chosen))).toEqual(["firstName", "primaryEmail", "emails", "directorySyncId"]);
    expect(reasonOf(COLUMNS[3] as Column, chosen)).toBe("chosen by you");
    expect(reasonOf(COLUMNS[3] as Column, {})).toBe("not known");
  });

  test("a column can be left out, and choosing what was found takes the choice back", () => {
    const left = choose(COLUMNS, {}, "E-Mail", "");
    expect(left).toEqual({ "E-Mail": "" });
    expect(fieldOf(COLUMNS[1] as Column, left)).toBe("");
    expect(choose(COLUMNS, left, "E-Mail", "primaryEmail")).toEqual({});
    expect(choose(COLUMNS, { Kundennummer: "id" }, "Kundennummer", "")).toEqual({});
  });

  test("a choice for a column that another reading of the file does not have is not sent", () => {
    expect(among(COLUMNS, { Kundennummer: "id", "Vorname;Nachname": "firstName" })).toEqual({ Kundennummer: "id" });
  });

  test("two columns cannot fill one field, except emails and phones", () => {
    expect(collisions(COLUMNS, { Kundennummer: "firstName" })).toEqual(["“Vorname” and “Kundennummer” both fill First name. Leave one out."]);
    expect(collisions(COLUMNS, { Kundennummer: "emails" })).toEqual([]);
    expect(collisions(COLUMNS, { Kundennummer: "firstName", Vorname: "" })).toEqual([]);
    expect(collisions([...COLUMNS, { header: "First Name", field: "firstName", by: "exact" }], {})).toEqual([]);
  });
});
