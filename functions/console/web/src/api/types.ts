// Short names for the schemas of the API description, and the few shapes that it leaves open.
import type { components } from "./generated";

type Schemas = components["schemas"];

export type Contact = Schemas["Contact"];
export type ContactFields = Schemas["ContactFields"];
export type ContactLink = Schemas["ContactLink"];
export type ContactRow = Schemas["ContactRow"];
export type ContactPage = Schemas["ContactPage"];
export type ContactWithMail = Schemas["ContactWithMail"];
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
export type General = Schemas["General"];
export type KnownProvider = Schemas["KnownProvider"];
export type MailProblem = Schemas["MailProblem"];
export type MatchBy = Schemas["MatchBy"];
export type Me = Schemas["Me"];
export type Member = Schemas["Member"];
export type Mode = Schemas["Mode"];
export type Outcome = Schemas["Outcome"];
export type Permission = Schemas["Permission"];
export type Preview = Schemas["Preview"];
export type RowPage = Schemas["RowPage"];
export type Rule = Schemas["Rule"];
export type SignInRefusal = Schemas["SignInRefusal"];
export type Sso = Schemas["Sso"];
export type TeamLink = Schemas["TeamLink"];

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
