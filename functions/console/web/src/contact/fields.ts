// The fields of a contact as people see them: their sections, names and what each is for.

export interface FieldInfo {
  name: string;
  title: string;
  kind: "line" | "long" | "switch" | "email" | "contact";
  hint?: string;
  half?: boolean;
}

export interface Section {
  id: string;
  title: string;
  fields: FieldInfo[];
}

const line = (name: string, title: string, hint?: string, half = false): FieldInfo => ({ name, title, kind: "line", half, ...(hint === undefined ? {} : { hint }) });
const onOff = (name: string, title: string, hint: string): FieldInfo => ({ name, title, kind: "switch", hint });

export const SECTIONS: Section[] = [
  {
    id: "identity",
    title: "Identity",
    fields: [
      line("firstName", "First name", undefined, true),
      line("lastName", "Last name", undefined, true),
      line("displayName", "Display name", "Leave it empty and it follows the names above."),
      line("company", "Company", undefined, true),
      line("job", "Job title", undefined, true),
      line("division", "Division"),
      onOff("contactIsActive", "Active", "An inactive contact cannot sign in and gets no mail."),
    ],
  },
  {
    id: "reach",
    title: "Emails and phones",
    fields: [{ name: "primaryEmail", title: "Primary Email", kind: "email", hint: "The one address for portal sign-in. Unique in the team." }],
  },
  {
    id: "address",
    title: "Address",
    fields: [
      line("addressLine1", "Address line 1"),
      line("addressLine2", "Address line 2"),
      line("postalCode", "Postal code", undefined, true),
      line("city", "City", undefined, true),
      line("state", "State or region", undefined, true),
      line("country", "Country", undefined, true),
    ],
  },
  {
    id: "notifications",
    title: "Notifications",
    fields: [
      onOff("notifyTicketCreated", "Ticket created", "Mail when a ticket is created for them."),
      onOff("notifyTicketUpdated", "Ticket updated", "Mail when one of their tickets is updated."),
      onOff("notifyTicketCommented", "Ticket commented", "Mail when somebody comments on one of their tickets."),
      onOff("notifyTicketClosed", "Ticket closed", "Mail when one of their tickets is closed."),
      onOff("notifyFormAssigned", "Form assigned", "Mail when a form is assigned to them."),
    ],
  },
  {
    id: "portal",
    title: "Portal",
    fields: [
      onOff("portalAccess", "Portal access", "May sign in to the web portal with their Primary Email."),
      onOff("canComment", "Can comment", "May comment on their tickets."),
      onOff("canCloseTickets", "Can close tickets", "May close their own tickets."),
      onOff("canCreateRequests", "Can create requests", "May send requests without a template."),
    ],
  },
  {
    id: "directory",
    title: "Directory and sync",
    fields: [
      line("directorySyncId", "Directory sync id", "The person's identifier in the directory they come from. Unique in the team."),
      line("directoryOrgId", "Directory organisation id", "The organisation's identifier in that directory."),
      { name: "reportsToContactId", title: "Reports to", kind: "contact", hint: "Search for a contact of this team." },
      line("reportsToSyncId", "Reports to (sync id)", "The manager's identifier in the directory."),
    ],
  },
  {
    id: "notes",
    title: "Notes",
    fields: [{ name: "notes", title: "Notes", kind: "long", hint: "Only members see notes." }],
  },
];

export const FIELDS: FieldInfo[] = SECTIONS.flatMap((section) => section.fields);
export const SWITCHES: string[] = FIELDS.filter((field) => field.kind === "switch").map((field) => field.name);

const MAPS: Record<string, string> = { emails: "Emails", phones: "Phones", id: "Id", version: "Version", mailProblems: "Mail problems" };

/** The name to show of a field, also of a single labeled one: `emails.billing`. */
export function titleOf(name: string): string {
  const [map, label] = split(name);
  if (label !== null) return `${map === "emails" ? "Email" : "Phone"} (${label})`;
  return FIELDS.find((field) => field.name === name)?.title ?? MAPS[name] ?? name;
}

/** The section that shows a field. */
export function sectionOf(name: string): string {
  const [map] = split(name);
  if (map === "emails" || map === "phones") return "reach";
  return SECTIONS.find((section) => section.fields.some((field) => field.name === name))?.id ?? "identity";
}

/** `emails.billing` is the map and its label; other names have none. */
export function split(name: string): [string, string | null] {
  const dot = name.indexOf(".");
  return dot < 0 ? [name, null] : [name.slice(0, dot), name.slice(dot + 1)];
}

/** A value as text, for tables of changes. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value === "boolean") return value ? "On" : "Off";
  if (typeof value === "object") return Object.entries(value).map(([label, each]) => `${label}: ${String(each)}`).join(", ");
  return String(value);
}
