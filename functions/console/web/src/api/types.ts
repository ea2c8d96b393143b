// Short names for the schemas of the API description, and the few shapes that it leaves open.
import type { components } from "./generated";

type Schemas = components["schemas"];

export type Contact = Schemas["Contact"];
export type ContactFields = Schemas["ContactFields"];
export type ContactRow = Schemas["ContactRow"];
export type ContactPage = Schemas["ContactPage"];
export type Communication = Schemas["Communication"];
export type Counts = Schemas["Counts"];
export type Decision = Schemas["Decision"];
export type Delimiter = Schemas["Delimiter"];
export type Duplicates = Schemas["Duplicates"];
export type DuplicatesPage = Schemas["DuplicatesPage"];
export type Encoding = Schemas["Encoding"];
export type Entry = Schemas["Entry"];
export type Explanation = Schemas["Explanation"];
export type Field = Schemas["Field"];
export type FieldChange = Schemas["FieldChange"];
export type HistoryPage = Schemas["HistoryPage"];
export type ImportStarted = Schemas["ImportStarted"];
export type Job = Schemas["Job"];
export type JobPage = Schemas["JobPage"];
export type JobRow = Schemas["JobRow"];
export type MatchBy = Schemas["MatchBy"];
export type Member = Schemas["Member"];
export type Mode = Schemas["Mode"];
export type Outcome = Schemas["Outcome"];
export type Permission = Schemas["Permission"];
export type RowPage = Schemas["RowPage"];
export type Rule = Schemas["Rule"];

/** Who I am, what I may do, and the team's name and clock. */
export type Me = Schemas["Me"] & { teamName: string; timeZone: string };

/** Contacts that a search finds. */
export interface Filter {
  q?: string;
  status?: "active" | "inactive";
}

/** Contacts one by one, or all that match a search. */
export type Selection = { ids: string[] } | { filter: Filter };

/** What a bulk action does. */
export type BulkAction =
  | "activate"
  | "deactivate"
  | "grantPortalAccess"
  | "revokePortalAccess"
  | "delete"
  | { set: Record<string, string | boolean | null> };

/** How the first rows of an uploaded file would be read. */
export interface Preview {
  encoding: Encoding;
  delimiter: Delimiter;
  columns: { header: string; field?: string | null; by: string }[];
  rows: { line: number; cells: string[] }[];
}

/** Team settings > General. */
export interface General {
  name: string;
  timeZone: string;
}
